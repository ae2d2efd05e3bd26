import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.whole


def papermill(notebook: str, folder: Path, **parameters: str) -> list[dict]:
    """Records of the runs that a notebook leaves which is run from a terminal."""
    command = [sys.executable, "-m", "papermill", f"notebooks/{notebook}.ipynb", folder / "out.ipynb"]
    for name, value in parameters.items():
        command += ["-p", name, value]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=os.environ | {"HFSR_RUNS": str(folder)})
    return [json.loads(record.read_text()) for record in sorted(folder.glob("*/*/record.json"))]


def test_alpha_is_set_from_a_terminal_as_a_number(tmp_path):
    """As a fraction it stands in the notebook, which is run as it is elsewhere."""
    (made,) = papermill("train", tmp_path, alpha="0.3", steps="2", seed="3")
    assert (made["alpha"], made["steps"], made["seed"]) == (0.3, 2, 3)
    assert "image/png" in (tmp_path / "out.ipynb").read_text()


def test_one_cell_of_the_classifiers_grid_is_run_from_a_terminal(tmp_path):
    records = papermill("classify", tmp_path, method="wdsr", alpha="1/5", dataset="digits", seed="1", steps="2")
    made = {record["method"]: record for record in records if record["study"] == "classify"}
    assert made.keys() == {"original", "bicubic", "wdsr-a1-5"}
    chosen = made["wdsr-a1-5"]
    assert (chosen["alpha"], chosen["data"]["name"], chosen["seed"], chosen["steps"]) == (0.2, "digits", 1, 2)
