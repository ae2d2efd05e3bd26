"""A real study run, killed by the system again and again, ends as one that was left alone."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import torch

from hfsr.files import read_json
from hfsr.studies import run
from hfsr.studies.records import RECORD
from hfsr.training import loop

# A command with a checkpoint after every iteration that is logged: its own half minute is too long for a test.
RUN = """
    import functools, sys
    from hfsr.training import loop
    loop.fit = functools.partial(loop.fit, checkpoint_seconds=0)
    sys.argv[0] = "hfsr"
    from hfsr.cli import main
    main()
"""
COMMANDS = {
    "superres": ["train", "--alpha", "1/5", "--data", "embedded-held-out", "--steps", "200"],
    "classify": ["classify", "--steps", "400"],
    "compact": ["classify", "--recipe", "compact-quick", "--steps", "600"],
}


def start(command: list[str], folder: Path) -> subprocess.Popen:
    call = [sys.executable, "-c", textwrap.dedent(RUN), *command, "--out", str(folder)]
    return subprocess.Popen(call, env=os.environ | {"OMP_NUM_THREADS": "1"}, stderr=subprocess.DEVNULL)


def kept(folder: Path) -> int:
    """When the folder's checkpoint was written, in ns; 0 where there is none."""
    path = folder / loop.CHECKPOINT
    return path.stat().st_mtime_ns if path.exists() else 0


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_training_killed_twenty_times_at_random_moments_ends_as_an_undisturbed_one(command, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert start(command, whole).wait() == 0
    for moment in torch.rand(20, generator=torch.Generator().manual_seed(0)).tolist():
        before, process = kept(killed), start(command, killed)
        while kept(killed) == before and process.poll() is None:
            time.sleep(0.005)
        time.sleep(0.1 * moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not (killed / RECORD).exists()  # the twenty kills were all before the end
    assert start(command, killed).wait() == 0
    first, second = (read_json(folder / RECORD) for folder in (whole, killed))
    assert first["weights_sha256"] == second["weights_sha256"]
    assert first["metrics"] == second["metrics"]
    assert [entry["loss"] for entry in run.log(whole).to_dict("records")] == [
        entry["loss"] for entry in run.log(killed).to_dict("records")
    ]
