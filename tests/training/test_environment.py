"""Nothing in the environment changes a run's numbers: settings of Accelerate's are overruled, other ways to train refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from test_loop import SETTINGS, toy

from hfsr.errors import UserError
from hfsr.training import hardware, loop, processes

# What `accelerate launch` exports for bf16, accumulated gradients and torch.compile.
CHANGED = {
    "ACCELERATE_DYNAMO_BACKEND": "EAGER",
    "ACCELERATE_DYNAMO_MODE": "default",
    "ACCELERATE_GRADIENT_ACCUMULATION_STEPS": "4",
    "ACCELERATE_GRADIENT_CLIPPING": "0.001",
    "ACCELERATE_MIXED_PRECISION": "bf16",
    "ACCELERATE_USE_DEEPSPEED": "false",
}


def trained(folder: Path) -> list:
    """Loss and watched value of every iteration, and what the network has become."""
    x = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(9))
    task = toy(12, watch=lambda model: {"toy/mean": model(x).double().mean().item()})
    progress = loop.fit(task, folder, SETTINGS, 12)
    return [[entry["loss"], entry.get("toy/mean")] for entry in progress.log] + [type(task.model).__name__]


RUN = """
import json, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
sys.path.insert(0, sys.argv[1])
from test_environment import trained
print(json.dumps(trained(Path(sys.argv[2]))))
"""


@pytest.mark.processes
def test_what_accelerate_launch_exports_changes_no_loss_and_no_watched_value(tmp_path):
    undisturbed = trained(tmp_path / "undisturbed")
    assert len({loss for loss, _ in undisturbed[:-1]}) == 12
    call = [sys.executable, "-c", RUN, Path(__file__).parent, tmp_path / "disturbed"]
    ended = subprocess.run(call, capture_output=True, text=True, env=os.environ | CHANGED)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == undisturbed  # bit for bit: JSON keeps every digit of a float


def test_accelerate_is_told_what_the_environment_would_change(monkeypatch):
    for name, value in CHANGED.items():
        monkeypatch.setenv(name, value)
    made = processes.accelerator()
    assert made.mixed_precision == "no"
    assert made.gradient_accumulation_steps == 1
    assert made.state.dynamo_plugin.backend.value == "NO"
    monkeypatch.setattr(processes, "Accelerator", dict)  # whatever an earlier one has set for the whole process
    told = processes.accelerator()
    assert told["mixed_precision"] == "no"
    assert told["gradient_accumulation_plugin"].num_steps == 1
    assert told["dynamo_plugin"].backend.value == "NO"


@pytest.mark.parametrize("way", processes.OTHER_WAYS)
def test_another_way_of_training_is_refused(monkeypatch, way):
    monkeypatch.setenv(f"ACCELERATE_USE_{way}", "true")
    with pytest.raises(UserError, match=f"ACCELERATE_USE_{way} is set: hfsr trains by plain data parallelism only"):
        processes.accelerator()


def test_fp8_is_refused(monkeypatch):
    monkeypatch.setenv("ACCELERATE_FP8_BACKEND", "NO")
    processes.accelerator()
    monkeypatch.setenv("ACCELERATE_FP8_BACKEND", "TE")
    with pytest.raises(UserError, match="ACCELERATE_FP8_BACKEND is set"):
        processes.accelerator()


@pytest.mark.parametrize("word", ["1", "TRUE", "t", "Yes", "y", "on"])
def test_a_switch_is_on_by_any_of_accelerates_words(monkeypatch, word):
    monkeypatch.setenv("ACCELERATE_USE_FSDP", word)
    with pytest.raises(UserError, match="ACCELERATE_USE_FSDP is set"):
        processes.state()
    for off in ("0", "no", ""):
        monkeypatch.setenv("ACCELERATE_USE_FSDP", off)
        processes.state()


def test_another_device_is_refused(monkeypatch):
    here = hardware.device().type
    for same in (here, f"{here}:0"):
        monkeypatch.setenv("ACCELERATE_TORCH_DEVICE", same)
        processes.state()
    monkeypatch.setenv("ACCELERATE_TORCH_DEVICE", "meta")
    with pytest.raises(UserError, match=f"ACCELERATE_TORCH_DEVICE = meta: hfsr computes on {here} here; unset it"):
        processes.state()


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_accelerate_is_told_where_to_compute(monkeypatch, device):
    monkeypatch.setattr(hardware, "device", lambda: torch.device(device))
    monkeypatch.setattr(processes, "PartialState", lambda cpu, **_: ("state", cpu))
    monkeypatch.setattr(processes, "Accelerator", lambda cpu, **_: ("accelerator", cpu))
    assert processes.state() == ("state", device == "cpu")
    assert processes.accelerator() == ("accelerator", device == "cpu")


def test_the_cpu_beside_a_gpu_is_refused_and_alone_is_not(monkeypatch):
    monkeypatch.setenv("ACCELERATE_USE_CPU", "True")
    monkeypatch.setattr(hardware, "device", lambda: torch.device("cpu"))
    processes.state()
    monkeypatch.setattr(hardware, "device", lambda: torch.device("cuda"))
    with pytest.raises(UserError) as raised:
        processes.state()
    assert str(raised.value) == (
        "ACCELERATE_USE_CPU is set, but there is a GPU: hide it as well, with CUDA_VISIBLE_DEVICES=''"
    )
