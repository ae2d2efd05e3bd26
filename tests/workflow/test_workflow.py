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
from hfsr.data import photographs
from hfsr.data.div2k import NUMBERS, layout
from hfsr.files import read_json
from hfsr.studies import grid, recipes, superres
from hfsr.studies.records import RECORD
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.whole  # each starts Snakemake


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


def test_the_workflow_has_a_job_for_every_run_and_goes_on_where_it_was_stopped(tmp_path):
    """A dry run: what Snakemake would do, with one run finished already."""
    done = tmp_path / "superres" / "wdsr-a1-5-long-s0" / RECORD
    done.parent.mkdir(parents=True)
    shutil.copy(paths.results() / "superres" / "wdsr-a1-5-long.json", done)
    text = snakemake("recipe=long", "--dry-run", "--printshellcmds", HFSR_RUNS=tmp_path, HFSR_DATA="/nowhere")
    assert "train --method wdsr --alpha 0 --recipe long --seed 0" in text
    assert "train --method wdsr --alpha 1/5 --recipe long --seed 1" in text
    assert "train --method wdsr --alpha 1/5 --recipe long --seed 0" not in text


def test_the_workflow_trains_and_measures(tmp_path):
    """A dry run of what is published nowhere, and of what is."""
    text = snakemake("study=frequency", "recipe=paper", "--dry-run", HFSR_RUNS=tmp_path)
    assert "superres/wdsr-a0-paper-s0/record.json" in text
    assert "frequency/wdsr-a0-paper-s0/record.json" in text
    assert "frequency/truth-paper/record.json" in text
    text = snakemake("study=frequency", "recipe=long", "--dry-run", HFSR_RUNS=tmp_path)
    assert "superres/wdsr-a0-long-s0/record.json" not in text
    assert "frequency/wdsr-a0-long-s0/record.json" in text


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """All studies on what is on every machine, in two iterations a run."""
    folder = tmp_path_factory.mktemp("whole")
    snakemake("study=all", "recipe=quick", "steps=2", "threads=1", "--", "tables", HFSR_RUNS=folder)
    return folder


def planned(folder, *words: str) -> set[str]:
    """What a dry run would make, below the runs' folder."""
    text = snakemake(
        "study=all", "recipe=quick", "steps=2", "threads=1", *words, "--dry-run", "--", "tables", HFSR_RUNS=folder
    )
    made = re.findall(r"^    output: (.*)$", text, re.MULTILINE)
    return {str(Path(path).relative_to(folder)) for line in made for path in line.split(", ")}


def test_the_workflow_trains_upscales_classifies_measures_and_writes_the_tables(whole):
    for name in grid.studies("quick"):
        runs = grid.runs(name, "quick", steps=2)
        records = [json.loads((whole / name / run / RECORD).read_text()) for run in runs]
        assert all(record["metrics"] for record in records)
        table = pd.read_csv(whole / "tables" / f"{name}-quick-2-steps.csv")
        assert table["seeds"].sum() == len(runs)
    sets = sorted(path.name for path in (whole / "upscaled").iterdir())
    assert sets == ["digits-bicubic", "digits-wdsr-a1-5-quick-2-steps"]
    network = json.loads((whole / "superres" / "wdsr-a1-5-quick-s0-2-steps" / RECORD).read_text())
    upscaled = json.loads((whole / "upscaled" / sets[1] / RECORD).read_text())
    assert upscaled["enlarger_sha256"] == network["weights_sha256"]


def test_a_finished_run_has_its_executed_notebook(whole, tmp_path):
    folder = tmp_path / "runs"
    shutil.copytree(whole, folder)
    notebook = folder / "superres" / "wdsr-a0-quick-s0-2-steps" / "notebook.ipynb"
    snakemake("study=all", "recipe=quick", "steps=2", "threads=1", "--", str(notebook), HFSR_RUNS=folder)
    cells = json.loads(notebook.read_text())["cells"]
    assert all(cell["execution_count"] for cell in cells if cell["cell_type"] == "code")
    assert "read, not trained again: runs/superres/wdsr-a0-quick-s0-2-steps" in notebook.read_text()


def test_what_is_finished_is_not_made_again(whole):
    assert planned(whole) == set()


def test_what_a_change_outdates_is_moved_aside_and_made_again_and_nothing_else(whole, tmp_path):
    folder = tmp_path / "runs"
    shutil.copytree(whole, folder)  # keeps the files' times
    path = folder / "superres" / "wdsr-a1-5-quick-s0-2-steps" / RECORD
    path.write_text(json.dumps(json.loads(path.read_text()) | {"recipe_digest": "of another recipe"}))
    dependent = {
        "superres/wdsr-a1-5-quick-s0-2-steps",
        "upscaled/digits-wdsr-a1-5-quick-2-steps",
        "classify/digits-wdsr-a1-5-quick-2-steps-quick-s0-2-steps",
        "frequency/wdsr-a1-5-quick-s0-2-steps",
        "recognition/wdsr-a1-5-quick-s0-2-steps-judged-2-steps",
    }
    made = planned(folder)
    records = {name.removesuffix("/record.json") for name in made if name.endswith("/record.json")}
    assert records == dependent
    aside = {name.removeprefix("aside/")[:-9] for name in made if name.startswith("aside/")}
    assert aside == dependent
    why = (folder / "outdated" / "superres" / f"{path.parent.name}.txt").read_text()
    assert why.startswith("recipe_digest = 'of another recipe', not ")
    snakemake("study=all", "recipe=quick", "steps=2", "threads=1", "--", str(path), HFSR_RUNS=folder)
    assert json.loads(path.read_text())["recipe_digest"] != "of another recipe"
    (kept,) = (folder / "aside" / "superres").iterdir()
    assert json.loads((kept / RECORD).read_text())["recipe_digest"] == "of another recipe"
    # Trained anew the network is the same to the last bit: what was made by it holds.
    assert {name for name in planned(folder) if not name.startswith("tables/")} == set()


def test_a_deleted_upscaled_set_is_not_made_again(whole, tmp_path):
    folder = tmp_path / "runs"
    shutil.copytree(whole, folder)
    shutil.rmtree(folder / "upscaled")
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
        (
            ("recipe=nope",),
            "no recipe is called 'nope': choose one of quick, bench, paper, authors, public, long, flagship, lossless",
        ),
        (("steps=x",), "STEPS=x: a number of iterations, such as 100"),
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
    folder = superres.train(SuperresRun(Row("wdsr", "1/5"), recipes.superres(recipe), steps=steps))
    record = read_json(folder / RECORD)
    assert record["data"]["images"] == 800
    assert len(record["per_image"]["div2k-valid"]["psnr_rgb_border8"]) == 2
    assert folder.name == f"wdsr-a1-5-{recipe}-s0-{steps}-steps"
    words = f"hfsr train --method wdsr --alpha 1/5 --recipe {recipe} --seed 0 --steps {steps}"
    assert record["command"] == words


@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "side"), [("paper", 128), ("authors", 256)])
def test_all_of_table_1_is_one_command(div2k, tmp_path, recipe, side):
    snakemake(f"recipe={recipe}", "steps=1", HFSR_DATA=div2k(side), HFSR_RUNS=tmp_path)
    names = list(grid.runs("superres", recipe, steps=1))
    assert len(names) == 8
    for name in names:
        assert json.loads((tmp_path / "superres" / name / RECORD).read_text())["metrics"]
