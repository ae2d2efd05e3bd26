"""All studies as one workflow: from the first run to the tables, and what is made again after a change."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from calls import snakemake

from hfsr.studies import grid
from hfsr.studies.records import RECORD

pytestmark = pytest.mark.whole


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
