import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from hfsr import images, paths
from hfsr.data import labelled, photographs
from hfsr.data.div2k import NUMBERS, layout
from hfsr.errors import UserError
from hfsr.studies import recipes, runs, study, superres, upscaled
from hfsr.training import loop

ROOT = Path(__file__).parent.parent


def call_snakemake(*words: str, **environment: object) -> subprocess.CompletedProcess:
    call = [sys.executable, "-m", "snakemake", "-s", "workflow/Snakefile", "--cores", "2", "--config", *words]
    environment = os.environ | {name: str(value) for name, value in environment.items()}
    return subprocess.run(call, cwd=ROOT, capture_output=True, text=True, env=environment)


def snakemake(*words: str, **environment: object) -> str:
    ended = call_snakemake(*words, **environment)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture
def div2k(tmp_path):
    """Lay out a data root as DIV2K: 900 squares of a given side, which are five photographs under many names."""

    def lay_out(side: int) -> Path:
        root = tmp_path / "data"
        for index, picture in enumerate(photographs.load("embedded").hr):
            hr = picture[:, :side, :side].contiguous()
            for image, kind in ((hr, "hr"), (images.resize_bicubic(hr, 0.5), "lr")):
                images.write(root / f"{index}-{kind}.png", image)
        for part in ("train", "valid"):
            for (folder, names), kind in zip(layout(part).items(), ("hr", "lr"), strict=True):
                (root / folder).mkdir(parents=True)
                for place, name in enumerate(names):
                    os.link(root / f"{place % 5}-{kind}.png", root / folder / name)
        return root

    return lay_out


def test_the_state_of_a_study_is_read_from_its_runs(tiny_study):
    assert not study.state("superres", "tiny")["finished"].any()
    folders = {name: job.folder for name, job in study.jobs("superres", "tiny").items()}
    superres.train("bicubic", recipe="tiny", out=folders["bicubic-tiny"])
    superres.train(recipe="tiny", out=folders["wdsr-a0-tiny-s0"])
    runs_begun = folders["wdsr-a1-5-tiny-s0"] / loop.LOG
    runs_begun.parent.mkdir(parents=True)
    runs_begun.write_text(json.dumps({"step": 3, "loss": 1.0, "seconds": 7200.0}) + "\n")
    state = study.state("superres", "tiny")
    assert list(state.index[state["finished"]]) == ["bicubic-tiny", "wdsr-a0-tiny-s0"]
    assert state.loc["wdsr-a1-5-tiny-s0"].to_list() == [False, 3, 4, 2.0]
    assert state.loc["wdsr-a1-5-tiny-s1", "step"] == 0


def test_publishing_a_study_takes_what_is_finished_and_one_seeds_weights(tiny_study):
    folders = {name: job.folder for name, job in study.jobs("superres", "tiny").items()}
    superres.train("bicubic", recipe="tiny", out=folders["bicubic-tiny"])
    for seed in (0, 1):
        superres.train(recipe="tiny", seed=seed, out=folders[f"wdsr-a0-tiny-s{seed}"])
    published = study.publish("superres", "tiny")
    assert [path.name for path in published] == ["bicubic-tiny.json", "wdsr-a0-tiny.json", "wdsr-a0-tiny-s1.json"]
    assert [path.name for path in paths.weights().iterdir()] == ["wdsr-a0-tiny.safetensors"]
    table = runs.load_records("superres")
    assert table["model"].dropna().to_dict() == {"wdsr-a0-tiny": "wdsr-a0-tiny"}
    assert all(runs.check(json.loads(path.read_text())) == [] for path in published)


def test_enlarged_sets_are_published_with_the_classifiers_that_read_them(tmp_path, monkeypatch):
    for kind in ("runs", "results"):
        monkeypatch.setattr(paths, kind, lambda kind=kind: tmp_path / kind)
    upscaled.make(labelled.load("digits"), "bicubic")
    (published,) = study.publish("classify", "quick")
    assert published == tmp_path / "results" / "enlarged" / "digits-bicubic.json"
    record = json.loads(published.read_text())
    assert runs.check(record) == []
    network = {"method": "wdsr-a1-5-quick", "enlarger_sha256": "of a network that is published nowhere"}
    (job,) = study.jobs("classify", "quick")["digits-wdsr-a1-5-quick-quick-s0"].before
    path = job.folder / runs.RECORD
    path.parent.mkdir()
    path.write_text(json.dumps({key: value for key, value in record.items() if key not in ("name", "model")} | network))
    assert study.publish("classify", "quick") == [published]


def test_bicubic_is_measured_and_leaves_a_record_without_weights(tiny_study, pictures):
    folder = superres.train("bicubic", recipe="tiny")
    record = runs.read(folder)
    assert folder.name == "bicubic-tiny"
    assert record["command"] == "hfsr train --method bicubic --recipe tiny"
    assert record["weights_sha256"] is record["alpha"] is record["seed"] is None
    assert record["steps"] == 0
    assert record["per_image"][pictures.name]["psnr_y_border2"][0] > 10
    assert superres.train("bicubic", recipe="tiny") == folder


def test_the_workflow_has_a_job_for_every_run_and_goes_on_where_it_was_stopped(tmp_path):
    """A dry run: what Snakemake would do, with one run finished already."""
    done = tmp_path / "superres" / "wdsr-a1-5-long-s0" / runs.RECORD
    done.parent.mkdir(parents=True)
    shutil.copy(paths.results() / "superres" / "wdsr-a1-5-long.json", done)
    text = snakemake("recipe=long", "--dry-run", "--printshellcmds", HFSR_RUNS=tmp_path, HFSR_DATA="/nowhere")
    assert "train --method wdsr --alpha 0 --recipe long --seed 0" in text
    assert "--alpha 1/5" not in text


def test_classifiers_wait_for_the_sets_that_they_read_and_these_for_their_networks():
    planned = study.jobs("classify", "paper")
    assert len(planned) == 18
    assert planned["cifar100-original-paper-s0"].before == ()
    (upscaled,) = planned["cifar100-wdsr-a1-3-paper-paper-s0"].before
    assert upscaled.command == "hfsr upscale cifar100 --model wdsr-a1-3-paper"
    assert upscaled.before == (study.jobs("superres", "paper")["wdsr-a1-3-paper-s0"],)
    everything = study.plan(planned.values())
    assert len(everything) == 18 + 16 + 7
    bicubic = everything[paths.runs() / "enlarged" / "cifar10-bicubic"]
    assert bicubic.command == "hfsr upscale cifar10 --model bicubic"
    assert bicubic.before == ()


def test_a_published_network_is_not_trained_to_enlarge(monkeypatch):
    recipe = dataclasses.replace(recipes.classify("quick"), networks="bench")
    monkeypatch.setitem(recipes.CLASSIFY, "quick", recipe)
    (upscaled,) = study.jobs("classify", "quick")["digits-wdsr-a1-5-quick-s0"].before
    assert upscaled.before == ()


def test_networks_are_trained_before_they_are_measured_unless_they_are_published():
    planned = study.jobs("frequency", "bench")
    assert (
        planned["truth-bench"].before == planned["bicubic-bench"].before == planned["wdsr-a1-5-bench-s0"].before == ()
    )
    (network,) = planned["wdsr-a1-5-bench-s1"].before
    assert network == study.jobs("superres", "bench")["wdsr-a1-5-bench-s1"]
    assert network.folder in study.plan(planned.values())
    (bicubic,) = study.jobs("frequency", "paper")["bicubic-paper"].before
    assert bicubic == study.jobs("superres", "paper")["bicubic-paper"]


def test_the_workflow_trains_and_measures(tmp_path):
    """A dry run of what is published nowhere, and of what is."""
    text = snakemake("study=frequency", "recipe=paper", "--dry-run", HFSR_RUNS=tmp_path)
    assert "superres/wdsr-a0-paper-s0/record.json" in text
    assert "frequency/wdsr-a0-paper-s0/record.json" in text
    assert "frequency/truth-paper/record.json" in text
    text = snakemake("study=frequency", "recipe=long", "--dry-run", HFSR_RUNS=tmp_path)
    assert "superres/wdsr-a0-long-s0/record.json" not in text
    assert "frequency/wdsr-a0-long-s0/record.json" in text


def test_an_unknown_study_is_refused():
    with pytest.raises(UserError, match="no study is called 'detail': choose one of superres, classify, frequency"):
        study.jobs("detail", "bench")


def test_the_table_has_a_row_a_row_with_mean_and_deviation(tiny_study):
    with pytest.raises(UserError, match="no run of superres tiny is finished"):
        study.table("superres", "tiny")
    planned = study.jobs("superres", "tiny")
    superres.train("bicubic", recipe="tiny", out=planned["bicubic-tiny"].folder)
    for seed in (0, 1):
        superres.train(recipe="tiny", seed=seed, out=planned[f"wdsr-a0-tiny-s{seed}"].folder)
    table = study.table("superres", "tiny")
    assert table["seeds"].to_list() == [1, 2]
    assert list(table.index.get_level_values("method")) == ["bicubic", "wdsr"]
    (metric,) = [name for name in table if str(name).endswith("/psnr_y_border2")]
    values = [runs.read(planned[f"wdsr-a0-tiny-s{seed}"].folder)["metrics"][metric] for seed in (0, 1)]
    assert table[metric].iloc[1] == pytest.approx(sum(values) / 2)
    assert table[f"{metric} sd"].iloc[1] == pytest.approx(abs(values[0] - values[1]) / 2**0.5)


def test_a_notebook_shows_what_it_can_be_told_of():
    shown = {name: study.notebook(job) for name, job in study.jobs("superres", "bench").items()}
    assert shown["srcnn-bench-s1-30000-steps"][1].endswith("-p seed 1 -p steps 30000")
    assert [name for name, words in shown.items() if words is None and name.endswith(("bench", "s0"))] == [
        "bicubic-bench",
        "wdsr-a1-5-image-bench-s0",
        "wdsr-a1-5-random-bench-s0",
        "wdsr-a1-5-low-bench-s0",
    ]
    (name, words) = study.notebook(study.jobs("classify", "quick")["digits-original-quick-s0"])
    assert (name, words) == ("classify", "-p dataset digits -p method original -p recipe quick -p seed 0 -p steps 400")
    assert study.notebook(study.jobs("frequency", "bench")["truth-bench"]) is None


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """All studies on what is on every machine, in two updates a run."""
    folder = tmp_path_factory.mktemp("whole")
    snakemake("study=all", "recipe=quick", "steps=2", "--", "tables", HFSR_RUNS=folder)
    return folder


def planned(folder, *words: str) -> set[str]:
    """What a dry run would make, below the runs' folder."""
    text = snakemake("study=all", "recipe=quick", "steps=2", *words, "--dry-run", "--", "tables", HFSR_RUNS=folder)
    made = re.findall(r"^    output: (.*)$", text, re.MULTILINE)
    return {str(Path(path).relative_to(folder)) for line in made for path in line.split(", ")}


def test_the_workflow_trains_enlarges_classifies_measures_and_writes_the_tables(whole):
    for name in study.studies("quick"):
        jobs = study.jobs(name, "quick", steps=2)
        records = [json.loads((whole / name / run / runs.RECORD).read_text()) for run in jobs]
        assert all(record["metrics"] for record in records)
        table = pd.read_csv(whole / "tables" / f"{name}-quick-2-steps.csv")
        assert table["seeds"].sum() == len(jobs)
    sets = sorted(path.name for path in (whole / "enlarged").iterdir())
    assert sets == ["digits-bicubic", "digits-wdsr-a1-5-quick-2-steps"]
    network = json.loads((whole / "superres" / "wdsr-a1-5-quick-s0-2-steps" / runs.RECORD).read_text())
    enlarged = json.loads((whole / "enlarged" / sets[1] / runs.RECORD).read_text())
    assert enlarged["enlarger_sha256"] == network["weights_sha256"]


def test_a_finished_run_has_its_executed_notebook(whole, tmp_path):
    folder = tmp_path / "runs"
    shutil.copytree(whole, folder)
    notebook = folder / "superres" / "wdsr-a0-quick-s0-2-steps" / "notebook.ipynb"
    snakemake("study=all", "recipe=quick", "steps=2", "--", str(notebook), HFSR_RUNS=folder)
    cells = json.loads(notebook.read_text())["cells"]
    assert all(cell["execution_count"] for cell in cells if cell["cell_type"] == "code")
    assert "read, not trained again: runs/superres/wdsr-a0-quick-s0-2-steps" in notebook.read_text()


def test_what_is_finished_is_not_made_again(whole):
    assert planned(whole) == set()


def test_what_a_change_outdates_is_moved_aside_and_made_again_and_nothing_else(whole, tmp_path):
    folder = tmp_path / "runs"
    shutil.copytree(whole, folder)  # keeps the files' times
    path = folder / "superres" / "wdsr-a1-5-quick-s0-2-steps" / runs.RECORD
    path.write_text(json.dumps(json.loads(path.read_text()) | {"recipe_digest": "of another recipe"}))
    dependent = {
        "superres/wdsr-a1-5-quick-s0-2-steps",
        "enlarged/digits-wdsr-a1-5-quick-2-steps",
        "classify/digits-wdsr-a1-5-quick-2-steps-quick-s0-2-steps",
        "frequency/wdsr-a1-5-quick-s0-2-steps",
    }
    made = planned(folder)
    records = {name.removesuffix("/record.json") for name in made if name.endswith("/record.json")}
    assert records == dependent
    aside = {name.removeprefix("aside/")[:-9] for name in made if name.startswith("aside/")}
    assert aside == dependent
    why = (folder / "outdated" / "superres" / f"{path.parent.name}.txt").read_text()
    assert why.startswith("recipe_digest = 'of another recipe', not ")
    snakemake("study=all", "recipe=quick", "steps=2", "--", str(path), HFSR_RUNS=folder)
    assert json.loads(path.read_text())["recipe_digest"] != "of another recipe"
    (kept,) = (folder / "aside" / "superres").iterdir()
    assert json.loads((kept / runs.RECORD).read_text())["recipe_digest"] == "of another recipe"
    # Trained anew the network is the same to the last bit: what was made by it holds.
    assert {name for name in planned(folder) if not name.startswith("tables/")} == set()


def test_a_deleted_enlarged_set_is_not_made_again(whole, tmp_path):
    folder = tmp_path / "runs"
    shutil.copytree(whole, folder)
    shutil.rmtree(folder / "enlarged")
    assert planned(folder) == set()


def test_an_unknown_profile_is_refused_in_a_line():
    ended = subprocess.run(["make", "study", "PROFILE=nope"], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[0] == "hfsr: no profile is called 'nope': choose one of local, slurm"


def test_the_partitions_limit_reaches_the_jobs(tmp_path):
    words = ("study", "RECIPE=paper", "LIMIT=480", "SNAKEMAKE=--dry-run")
    environment = os.environ | {"HFSR_RUNS": str(tmp_path)}
    ended = subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, env=environment)
    assert ended.returncode == 0, ended.stderr
    assert set(re.findall(r"runtime=(\d+)", ended.stdout + ended.stderr)) >= {"480"}
    assert max(map(int, re.findall(r"runtime=(\d+)", ended.stdout + ended.stderr))) == 480


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("recipe=nope",), "no recipe is called 'nope': choose one of quick, bench, paper, authors, long"),
        (("study=nope",), "no study is called 'nope': choose one of superres, classify, frequency"),
        (("recipe=quick", "--", "superres/wdsr-a1-9/record.json"), "No rule to produce superres/wdsr-a1-9/record.json"),
    ],
)
def test_what_there_is_not_is_refused_in_a_line(words, said):
    ended = call_snakemake(*words, "--dry-run") if "--" not in words else call_snakemake(*words)
    assert ended.returncode == 1
    assert any(line.startswith(said) for line in (ended.stdout + ended.stderr).splitlines())


@pytest.mark.parametrize(
    ("recipe", "side", "steps"), [("paper", 128, 2), pytest.param("authors", 256, 1, marks=pytest.mark.slow)]
)
def test_one_row_of_the_papers_study_is_one_command(div2k, tmp_path, monkeypatch, recipe, side, steps):
    monkeypatch.setitem(NUMBERS, "valid", range(801, 803))  # two are enough to be measured
    monkeypatch.setenv("HFSR_DATA", str(div2k(side)))
    monkeypatch.setenv("HFSR_RUNS", str(tmp_path))
    folder = superres.train(alpha="1/5", recipe=recipe, steps=steps)
    record = runs.read(folder)
    assert record["data"]["images"] == 800
    assert len(record["per_image"]["div2k-valid"]["psnr_rgb_border8"]) == 2
    assert folder.name == f"wdsr-a1-5-{recipe}-s0-{steps}-steps"
    words = f"hfsr train --method wdsr --alpha 1/5 --recipe {recipe} --seed 0 --steps {steps}"
    assert record["command"] == words


@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "side"), [("paper", 128), ("authors", 256)])
def test_all_of_table_1_is_one_command(div2k, tmp_path, recipe, side):
    snakemake(f"recipe={recipe}", "steps=1", HFSR_DATA=div2k(side), HFSR_RUNS=tmp_path)
    names = list(study.jobs("superres", recipe, steps=1))
    assert len(names) == 8
    for name in names:
        assert json.loads((tmp_path / "superres" / name / runs.RECORD).read_text())["metrics"]
