import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("given", "alpha"), [("0.2", 0.2), ("1/3", 1 / 3)])
def test_alpha_is_set_from_a_terminal_as_number_or_fraction(tmp_path, monkeypatch, given, alpha):
    monkeypatch.setenv("HFSR_RUNS", str(tmp_path / "runs"))
    command = [sys.executable, "-m", "papermill", "notebooks/train.ipynb", tmp_path / "out.ipynb"]
    command += ["-p", "alpha", given, "-p", "steps", "2", "-p", "seed", "3"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (record,) = (tmp_path / "runs" / "superres").glob("*/record.json")
    made = json.loads(record.read_text())
    assert (made["alpha"], made["steps"], made["seed"]) == (alpha, 2, 3)
    assert "image/png" in (tmp_path / "out.ipynb").read_text()
