import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hfsr import engine, images, paths, runs, study, superres
from hfsr.data import photographs
from hfsr.data.div2k import NUMBERS, layout
from hfsr.errors import UserError

ROOT = Path(__file__).parent.parent


def snakemake(*words: str, **environment: object) -> str:
    call = [
        sys.executable,
        "-m",
        "snakemake",
        "-s",
        "workflow/Snakefile",
        "--cores",
        "2",
        "--nolock",
        "--config",
        *words,
    ]
    environment = os.environ | {name: str(value) for name, value in environment.items()}
    ended = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, env=environment)
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
    runs_begun = folders["wdsr-a1-5-tiny-s0"] / engine.LOG
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


def test_bicubic_is_measured_and_leaves_a_record_without_weights(tiny_study, pictures):
    folder = superres.train("bicubic", recipe="tiny")
    record = runs.read(folder)
    assert folder.name == "bicubic-tiny"
    assert record["command"] == "hfsr train --method bicubic --recipe tiny"
    assert record["weights_sha256"] is record["alpha"] is record["seed"] is None
    assert record["steps"] == 0
    assert record["per_image"][pictures.name]["psnr_y_border2"][0] > 10
    assert superres.train("bicubic", recipe="tiny") == folder


def test_a_recipe_without_rows_is_no_study():
    with pytest.raises(UserError, match="recipe quick has no rows, only single runs: hfsr train --recipe quick"):
        study.jobs("superres", "quick")


def test_the_workflow_has_a_job_for_every_run_and_goes_on_where_it_was_stopped(tmp_path):
    """A dry run: what Snakemake would do, with one run finished already."""
    done = tmp_path / "superres" / "wdsr-a1-5-long-s0" / runs.RECORD
    done.parent.mkdir(parents=True)
    done.write_text("{}")
    text = snakemake("recipe=long", "--rerun-triggers", "mtime", "--dry-run", "--printshellcmds", HFSR_RUNS=tmp_path)
    assert "train --method wdsr --alpha 0 --recipe long --seed 0" in text
    assert "--alpha 1/5" not in text


def test_classifiers_wait_for_the_sets_that_they_read():
    planned = study.jobs("classify", "paper")
    assert len(planned) == 18
    assert planned["cifar100-original-paper-s0"].before == ()
    (enlarged,) = planned["cifar100-wdsr-a1-3-paper-s0"].before
    assert enlarged.command == "hfsr upscale cifar100 --model wdsr-a1-3"
    everything = study.plan(planned)
    assert len(everything) == 18 + 16
    assert everything[paths.runs() / "enlarged" / "cifar10-bicubic"].command == "hfsr upscale cifar10 --model bicubic"


def test_networks_are_trained_before_they_are_measured_unless_they_are_published():
    planned = study.jobs("frequency", "bench")
    assert (
        planned["truth-bench"].before == planned["bicubic-bench"].before == planned["wdsr-a1-5-bench-s0"].before == ()
    )
    (network,) = planned["wdsr-a1-5-bench-s1"].before
    assert network == study.jobs("superres", "bench")["wdsr-a1-5-bench-s1"]
    assert network.folder in study.plan(planned)


def test_the_workflow_trains_and_measures(tmp_path):
    """A dry run of what is published nowhere, and of what is."""
    words = ("--rerun-triggers", "mtime", "--dry-run")
    text = snakemake("study=frequency", "recipe=paper", *words, HFSR_RUNS=tmp_path)
    assert "superres/wdsr-a0-paper-s0/record.json" in text
    assert "frequency/wdsr-a0-paper-s0/record.json" in text
    assert "frequency/truth-paper/record.json" in text
    text = snakemake("study=frequency", "recipe=long", *words, HFSR_RUNS=tmp_path)
    assert "superres/wdsr-a0-long-s0/record.json" not in text
    assert "frequency/wdsr-a0-long-s0/record.json" in text


def test_an_unknown_study_is_refused():
    with pytest.raises(UserError, match="no study is called 'detail': choose one of superres, classify, frequency"):
        study.jobs("detail", "bench")


def test_the_workflow_enlarges_the_sets_and_trains_the_classifiers(tmp_path):
    snakemake("study=classify", "recipe=quick", "steps=2", HFSR_RUNS=tmp_path)
    for name in study.jobs("classify", "quick", steps=2):
        record = json.loads((tmp_path / "classify" / name / runs.RECORD).read_text())
        assert record["metrics"]["digits/test_accuracy"] > 0
    assert sorted(path.name for path in (tmp_path / "enlarged").iterdir()) == ["digits-bicubic", "digits-wdsr-a1-5"]


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
