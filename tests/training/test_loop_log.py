"""What the loop logs, shows and keeps, and when: on a clock of the test's own, with iterations that only count."""

import json
from types import SimpleNamespace

import pytest
import torch
from test_loop import SETTINGS, toy

from hfsr.errors import UserError
from hfsr.training import checkpoints, hardware, loop, processes


class Clock:
    """A second an iteration; everything else takes no time."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


class Bar:
    """A progress bar that notes what it is told."""

    def __init__(self, **options) -> None:
        self.options, self.updates, self.texts = options, 0, []

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_) -> None:
        pass

    def update(self) -> None:
        self.updates += 1

    def set_postfix_str(self, text: str, refresh: bool) -> None:
        self.texts.append((text, refresh))


@pytest.fixture
def played(monkeypatch):
    """The loop's surroundings: bars it opened, iterations it kept. An iteration's loss is its batch."""
    clock, bars, kept = Clock(), [], []

    class Step:
        def __init__(self, *_) -> None:
            self.total = torch.zeros(())

        def __call__(self, batch: float, rate: float) -> None:
            self.total += batch
            clock.now += 1

    def save(path, model, optimizer, state) -> None:
        kept.append(state["step"])

    monkeypatch.setattr(loop, "Step", Step)
    monkeypatch.setattr(loop, "time", clock)
    monkeypatch.setattr(loop, "tqdm", lambda **options: bars.append(Bar(**options)) or bars[-1])
    monkeypatch.setattr(checkpoints, "save", save)
    return SimpleNamespace(bars=bars, kept=kept, clock=clock)


def numbers(steps: int, **changes) -> loop.Task:
    """The batch of iteration k is k + 1."""
    return toy(steps, batch=lambda step: step + 1.0, watch=lambda model: {"watched": 1.0}, images=8, **changes)


def watched(progress: loop.Progress) -> list[float]:
    return [entry["step"] for entry in progress.log if "watched" in entry]


def test_an_entry_is_the_mean_since_the_last_one(tmp_path, played):
    progress = loop.fit(numbers(601), tmp_path, SETTINGS, 601)
    assert [entry["step"] for entry in progress.log] == [*range(3, 601, 3), 601]
    assert [entry["loss"] for entry in progress.log] == [*range(2, 601, 3), 601]
    assert [entry["seconds"] for entry in progress.log] == [entry["step"] for entry in progress.log]
    assert progress.seconds == 601
    lines = (tmp_path / loop.LOG).read_text().splitlines()
    assert [json.loads(line) for line in lines] == progress.log


@pytest.mark.parametrize(("steps", "every"), [(1, 1), (399, 1), (400, 2), (10_250, 50)])
def test_entries_are_two_hundred_or_one_every_fifty_iterations(tmp_path, played, steps, every):
    progress = loop.fit(numbers(steps), tmp_path, SETTINGS, steps)
    assert [entry["step"] for entry in progress.log] == sorted({*range(every, steps, every), steps})


@pytest.mark.parametrize(
    ("steps", "checks", "places"),
    [
        (10, 10, [*range(1, 11)]),
        (4, 10, [1, 2, 3, 4]),
        (9, 2, [4, 8, 9]),
        (1000, 3, [335, 670, 1000]),  # entries are five iterations apart
        (9, 0, []),
    ],
)
def test_the_network_is_watched_as_often_as_asked_and_at_the_end(tmp_path, played, steps, checks, places):
    assert watched(loop.fit(numbers(steps, checks=checks), tmp_path, SETTINGS, steps)) == places


def test_checkpoints_are_kept_every_half_minute_and_at_the_end(tmp_path, played):
    loop.fit(numbers(100), tmp_path, SETTINGS, 100)
    assert played.kept == [30, 60, 90, 100]
    played.kept.clear()
    loop.fit(numbers(10), tmp_path, SETTINGS, 10, checkpoint_seconds=4)
    assert played.kept == [4, 8, 10]


@pytest.mark.parametrize("terminal", [True, False])
def test_the_bar_says_loss_and_speed(tmp_path, played, terminal, monkeypatch):
    monkeypatch.setattr(loop.sys, "stderr", SimpleNamespace(isatty=lambda: terminal))
    loop.fit(numbers(400), tmp_path / "run", SETTINGS, 400)
    (bar,) = played.bars
    assert bar.options == {
        "total": 400, "initial": 0, "desc": "run", "unit": "iteration", "mininterval": 0.2 if terminal else 30,
        "disable": False,
    }  # fmt: skip
    assert bar.updates == 400
    assert bar.texts[0] == ("loss 1.5000, 8 images/s", False)
    assert len(bar.texts) == 200


def test_a_process_that_is_not_the_main_one_writes_and_shows_nothing(tmp_path, played, monkeypatch):
    monkeypatch.setattr(processes, "is_main", lambda: False)
    (tmp_path / ".checkpoint-0123abcd.safetensors").write_bytes(b"half")  # the main process may be at work on it
    progress = loop.fit(numbers(40), tmp_path, SETTINGS, 40)
    assert [path.name for path in tmp_path.iterdir()] == [".checkpoint-0123abcd.safetensors"]
    assert (played.kept, watched(progress), played.bars[0].options["disable"]) == ([], [], True)
    assert [entry["loss"] for entry in progress.log] == [*range(1, 41)]


def test_the_losses_of_all_processes_are_averaged(tmp_path, played, monkeypatch):
    monkeypatch.setattr(processes, "mean", lambda total: total + 10)
    assert [entry["loss"] for entry in loop.fit(numbers(3), tmp_path, SETTINGS, 3).log] == [11, 12, 13]


def test_a_run_that_goes_on_shows_and_counts_from_where_it_stood(tmp_path, monkeypatch):
    loop.fit(toy(5), tmp_path, SETTINGS, 5)
    (tmp_path / loop.LOG).unlink()  # killed between the two files
    bars = []
    monkeypatch.setattr(loop, "tqdm", lambda **options: bars.append(Bar(**options)) or bars[-1])
    progress = loop.fit(toy(5), tmp_path, SETTINGS, 5)
    assert (bars[0].options["initial"], bars[0].updates) == (5, 0)
    assert (tmp_path / loop.LOG).read_text().count("\n") == len(progress.log) == 5
    assert progress.settings == {"seed": 0, "drops": [1, 2], "precision": hardware.precision()}


def test_every_setting_that_differs_is_named(tmp_path):
    loop.fit(toy(1), tmp_path, SETTINGS | {"old": 1}, 1)
    with pytest.raises(UserError) as raised:
        loop.fit(toy(1), tmp_path, SETTINGS | {"seed": 2, "new": 3}, 1)
    path, said = tmp_path / loop.CHECKPOINT, str(raised.value)
    made, _, way = said.removeprefix(f"{path}: made with ").partition(": ")
    assert sorted(made.split("; ")) == ["new = None, not 3", "old = 1, not None", "seed = 0, not 2"]
    assert way == "choose another folder for this run, or delete this one"


def test_the_network_is_laid_out_channels_last(tmp_path):
    task = toy(1)
    loop.fit(task, tmp_path, SETTINGS, 1)
    assert task.model[0].weight.is_contiguous(memory_format=torch.channels_last)
