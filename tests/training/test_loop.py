import gc
import os
import re
import resource
import signal
import subprocess
import sys
import textwrap
import time
import weakref
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from hfsr import cli, files
from hfsr.errors import UserError
from hfsr.studies import recipes
from hfsr.training import checkpoints, hardware, loop, processes
from hfsr.training.schedule import Schedule

SETTINGS = {"seed": 0, "drops": (1, 2)}


def toy(steps: int, optimizer: type[torch.optim.Optimizer] = torch.optim.Adam, **changes) -> loop.Task:
    """Learn a 3x3 blur."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.Conv2d(4, 3, 3, padding=1))

    def batch(step: int) -> tuple[torch.Tensor, torch.Tensor]:
        x = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(step))
        return x, nn.functional.avg_pool2d(x, 3, 1, 1)

    parts = {
        "model": model,
        "optimizer": optimizer(model.parameters(), lr=1.0),
        "rate": lambda step: Schedule(1e-2).rate(step, steps),
        "batch": batch,
        "loss": lambda model, batch: (model(batch[0]).float() - batch[1]).abs().mean(),
        "images": 2,
        "watch": lambda model: {"toy/training": float(model.training)},
    }
    return loop.Task(**(parts | changes))


def weights(task: loop.Task) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in task.model.state_dict().items()}


def assert_equal_weights(a: dict, b: dict) -> None:
    assert a.keys() == b.keys()
    for name in a:
        assert torch.equal(a[name], b[name]), name


def looks_at_cores(folder, monkeypatch, slow: dict[int, float], threads: list[int], steps: int = 10) -> list[float]:
    """When a run of one second an iteration, but for some, looks for idle cores; what it finds at each look."""
    clock, task, looked, found = [0.0], toy(steps), [], iter(threads)

    def batch(step: int) -> tuple[torch.Tensor, torch.Tensor]:
        clock[0] += slow.get(step, 1.0)
        return task.batch(step)

    def share_cores(most: int) -> int:
        looked.append(clock[0])
        return min(most, next(found))

    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)
    monkeypatch.setattr(hardware, "share_cores", share_cores)
    loop.fit(replace(task, batch=batch), folder, SETTINGS, steps)
    return looked


def test_idle_cores_are_counted_again_when_iterations_become_slow(tmp_path, monkeypatch):
    assert looks_at_cores(tmp_path / "a", monkeypatch, {4: 1.9, 6: 1.9}, [4]) == [0]
    assert looks_at_cores(tmp_path / "b", monkeypatch, {4: 2.1, 6: 2.1}, [4, 4, 4]) == [0, 6.1, 9.2]


def test_one_thread_is_not_looked_after_at_every_entry(tmp_path, monkeypatch):
    assert looks_at_cores(tmp_path, monkeypatch, {4: 2.1, 6: 2.1}, [4, 1]) == [0, 6.1]


def test_cores_that_have_become_idle_are_taken_again(tmp_path, monkeypatch):
    """A look every half a minute, until there are as many threads as at first."""
    slow = dict.fromkeys(range(4, 15), 3.0)
    assert looks_at_cores(tmp_path, monkeypatch, slow, [4, 1, 2, 4], steps=200) == [0, 7, 37, 67]


def interrupted_after(updates: int, task: loop.Task) -> loop.Task:
    """The same task, stopped as Ctrl-C would before it draws one batch more."""
    batch = task.batch

    def stopping(step: int):
        if step == updates:
            raise KeyboardInterrupt
        return batch(step)

    task.batch = stopping
    return task


def test_a_finished_run_leaves_nothing_behind(tmp_path):
    """No circle keeps network, optimiser and a GPU's graph until the collector comes."""
    task = toy(4)
    kept = [weakref.ref(each) for each in (task.model, task.optimizer)]
    gc.disable()
    try:
        loop.fit(task, tmp_path / "run", SETTINGS, 4)
        del task
        assert [each() for each in kept] == [None, None]
    finally:
        gc.enable()


def test_the_log_is_as_fine_as_asked(tmp_path):
    assert [entry["step"] for entry in loop.fit(toy(7), tmp_path / "run", SETTINGS, 7, log_every=3).log] == [3, 6, 7]


def test_loss_falls_and_the_log_says_so(tmp_path):
    task = toy(60)
    progress = loop.fit(task, tmp_path, SETTINGS, 60)
    losses = [entry["loss"] for entry in progress.log]
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])
    assert progress.step == 60
    assert [entry["step"] for entry in progress.log] == list(range(1, 61))
    assert (tmp_path / loop.LOG).read_text().count("\n") == 60
    assert progress.log[-1]["seconds"] == pytest.approx(progress.seconds)


def test_a_run_of_an_odd_length_is_logged_and_kept_to_its_last_iteration(tmp_path):
    progress = loop.fit(toy(401), tmp_path, SETTINGS, 401)
    assert [entry["step"] for entry in progress.log[-2:]] == [400, 401]
    task = toy(401)
    assert checkpoints.load(tmp_path / loop.CHECKPOINT, task.model, task.optimizer)["step"] == 401


def test_watched_ten_times_in_evaluation_mode(tmp_path):
    progress = loop.fit(toy(50), tmp_path, SETTINGS, 50)
    seen = [entry["step"] for entry in progress.log if "toy/training" in entry]
    assert seen == [5, 10, 15, 20, 25, 30, 35, 40, 45, 50]
    assert all(entry.get("toy/training", 0.0) == 0.0 for entry in progress.log)


def test_learning_rate_is_the_schedules(tmp_path):
    task = toy(20)
    progress = loop.fit(task, tmp_path, SETTINGS, 20)
    assert [entry["rate"] for entry in progress.log] == [task.rate(step) for step in range(20)]


@pytest.mark.parametrize("optimizer", [torch.optim.Adam, lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9)])
@pytest.mark.parametrize("stop", [1, 7, 29])
def test_resumed_run_ends_with_the_weights_of_an_undisturbed_one(tmp_path, optimizer, stop):
    whole = toy(30, optimizer)
    loop.fit(whole, tmp_path / "whole", SETTINGS, 30)

    with pytest.raises(KeyboardInterrupt):
        loop.fit(interrupted_after(stop, toy(30, optimizer)), tmp_path / "run", SETTINGS, 30, checkpoint_seconds=0)
    torch.rand(7)  # the global random state is nothing a run depends on
    resumed = toy(30, optimizer)
    progress = loop.fit(resumed, tmp_path / "run", SETTINGS, 30)

    assert_equal_weights(weights(whole), weights(resumed))
    assert [entry["step"] for entry in progress.log] == list(range(1, 31))


def test_finished_run_is_not_trained_again(tmp_path):
    loop.fit(toy(10), tmp_path, SETTINGS, 10)

    def never(step: int):
        raise AssertionError("a finished run drew a batch")

    again = toy(10, batch=never)
    assert loop.fit(again, tmp_path, SETTINGS, 10).step == 10


def test_loss_that_is_not_finite_stops_the_run_and_keeps_the_last_checkpoint(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        loop.fit(interrupted_after(5, toy(20)), tmp_path, SETTINGS, 20, checkpoint_seconds=0)
    kept = (tmp_path / loop.CHECKPOINT).read_bytes()
    broken = toy(20, loss=lambda model, batch: model(batch[0]).float().mean() * float("nan"))
    with pytest.raises(UserError, match=r"the loss is nan near iteration 6; lower the learning rate"):
        loop.fit(broken, tmp_path, SETTINGS, 20, checkpoint_seconds=0)
    assert (tmp_path / loop.CHECKPOINT).read_bytes() == kept


def test_checkpoint_of_another_configuration_is_refused(tmp_path):
    loop.fit(toy(5), tmp_path, SETTINGS, 5)
    with pytest.raises(UserError, match=r"made with seed = 0, not 1: choose another folder"):
        loop.fit(toy(5), tmp_path, SETTINGS | {"seed": 1}, 5)


def test_checkpoint_of_another_version_is_refused(tmp_path):
    task = toy(5)
    checkpoints.save(tmp_path / loop.CHECKPOINT, task.model, task.optimizer, {"settings": SETTINGS, "epoch": 3})
    with pytest.raises(
        UserError, match=r"checkpoint.safetensors: made by another version; go on with that, or delete it"
    ):
        loop.fit(toy(5), tmp_path, SETTINGS, 5)


@pytest.mark.parametrize("damage", ["cut", "flip", "empty"])
def test_damaged_checkpoint_is_refused_by_name_and_left_alone(tmp_path, damage):
    loop.fit(toy(5), tmp_path, SETTINGS, 5)
    path = tmp_path / loop.CHECKPOINT
    content = bytearray(path.read_bytes())
    if damage == "flip":
        content[-3] ^= 0x10
    path.write_bytes({"cut": content[: len(content) // 2], "flip": content, "empty": b""}[damage])
    damaged = path.read_bytes()
    why = re.escape("it does not match its digest") if damage == "flip" else ".+"
    with pytest.raises(
        UserError, match=rf"safetensors: damaged checkpoint \({why}\); delete it to start this run anew$"
    ):
        loop.fit(toy(5), tmp_path, SETTINGS, 5)
    assert path.read_bytes() == damaged


def test_checkpoint_of_another_network_is_refused(tmp_path):
    task = toy(5)
    checkpoints.save(tmp_path / "c.safetensors", task.model, task.optimizer, {})
    other = nn.Linear(2, 2)
    with pytest.raises(UserError) as raised:
        checkpoints.load(tmp_path / "c.safetensors", other, torch.optim.Adam(other.parameters()))
    assert str(raised.value) == (
        f"{tmp_path / 'c.safetensors'}: the checkpoint of another network; choose another folder for this run"
    )


def test_another_file_of_tensors_is_no_checkpoint(tmp_path):
    task = toy(1)
    save_file({"one": torch.ones(1)}, tmp_path / "c.safetensors")
    with pytest.raises(UserError, match=r"damaged checkpoint \('digest'\)"):
        checkpoints.load(tmp_path / "c.safetensors", task.model, task.optimizer)


def test_what_a_killed_process_left_half_written_is_removed(tmp_path):
    (tmp_path / ".checkpoint-0123abcd.safetensors").write_bytes(b"half")
    loop.fit(toy(3), tmp_path, SETTINGS, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == [loop.CHECKPOINT, loop.LOG]


def test_unwritable_folder_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match=r"file/run: cannot be written \(.*\); choose another place"):
        processes.alone(tmp_path / "file" / "run").__enter__()


@pytest.fixture
def train(tmp_path, monkeypatch, capsys):
    """Train by the command line while the system lets this process write no file beyond `room` bytes: code and last line."""
    words = [*["train", "--recipe", "quick", "--steps", "2", "--data", "embedded-held-out", "--out"], str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["hfsr", *words])
    monkeypatch.setitem(recipes.SUPERRES, "quick", replace(recipes.superres("quick"), blocks=1))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def train(room: int) -> tuple[int, str]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))  # as on a disk with so much room
        try:
            cli.main()
        except SystemExit as end:
            return end.code or 0, capsys.readouterr().err.splitlines()[-1]
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return train


@pytest.mark.processes
def test_a_full_disk_is_one_line_and_leaves_what_was_saved(tmp_path, train):
    code, message = train(room=50_000)
    assert code == 2
    assert message.startswith(f"hfsr: {tmp_path}/checkpoint.safetensors: cannot be written (")
    assert "make room" in message
    assert [path.name for path in tmp_path.iterdir()] == [files.LOCK]

    assert train(room=100_000_000)[0] == 0
    trained = (tmp_path / loop.CHECKPOINT).read_bytes()
    for name in ("record.json", "weights.safetensors"):  # trained, and stopped before it was measured
        (tmp_path / name).unlink()
    code, message = train(room=50_000)
    assert code == 2
    assert "weights.safetensors: cannot be written (" in message
    assert (tmp_path / loop.CHECKPOINT).read_bytes() == trained


RUN = """
    import sys, time
    from pathlib import Path
    import torch
    sys.path.insert(0, {tests!r})
    torch.set_num_threads(1)
    from test_loop import SETTINGS, toy
    from hfsr.training import loop, processes
    task = toy(200)
    batch = task.batch
    def slow(step):
        time.sleep(0.005)
        return batch(step)
    task.batch = slow
    with processes.alone(Path({folder!r})):
        loop.fit(task, Path({folder!r}), SETTINGS, 200, checkpoint_seconds=0)
"""


@pytest.mark.processes
def test_two_processes_cannot_train_in_one_folder(tmp_path):
    first = start(tmp_path)
    while first.poll() is None and not (tmp_path / loop.CHECKPOINT).exists():
        time.sleep(0.01)
    with (
        pytest.raises(UserError, match="another process is at work in it; wait for its end"),
        processes.alone(tmp_path),
    ):
        pytest.fail("both were let in")
    assert first.wait() == 0
    assert loop.fit(toy(200), tmp_path, SETTINGS, 200).step == 200


def start(folder: Path) -> subprocess.Popen:
    script = textwrap.dedent(RUN).format(tests=str(Path(__file__).parent), folder=str(folder))
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL, env=environment)


def kill_and_resume(tmp_path: Path, waits: list[float]) -> None:
    """A real process killed by SIGKILL after each wait, then run to its end; compared with an undisturbed one."""
    loop.fit(toy(200), tmp_path / "whole", SETTINGS, 200)
    folder = tmp_path / "killed"
    for wait in waits:
        process = start(folder)
        deadline = time.monotonic() + 60
        while not (folder / loop.CHECKPOINT).exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
    loop.fit(toy(200), folder, SETTINGS, 200)
    whole, killed = (load_file(tmp_path / name / loop.CHECKPOINT) for name in ("whole", "killed"))
    assert_equal_weights(whole, killed)


def test_weights_that_are_not_finite_are_never_kept(tmp_path):
    task = toy(4)
    rate = task.rate
    task.rate = lambda step: float("inf") if step == 3 else rate(step)
    with pytest.raises(UserError, match="weights stopped being finite by iteration 4"):
        loop.fit(task, tmp_path, SETTINGS, 4, checkpoint_seconds=0)
    assert loop.fit(toy(4), tmp_path, SETTINGS, 4).step == 4


@pytest.mark.processes
def test_process_killed_by_the_system_resumes_exactly(tmp_path):
    kill_and_resume(tmp_path, [0.3])


@pytest.mark.slow
def test_process_killed_twenty_times_at_random_moments_resumes_exactly(tmp_path):
    moments = torch.rand(20, generator=torch.Generator().manual_seed(0))
    kill_and_resume(tmp_path, (0.3 * moments).tolist())
