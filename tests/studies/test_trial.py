import pytest

from hfsr.errors import UserError
from hfsr.studies import grid, trial


def test_runs_are_of_a_kind_whose_iterations_are_alike():
    kinds = {trial.kind(run) for run in grid.runs("superres", "bench").values()}
    # Nothing to train, SRCNN, all elements, those of an alpha in two reductions, and four controls.
    assert len(kinds) == 1 + 1 + 1 + 2 + 4
    assert None in kinds
    assert len({trial.kind(run) for run in grid.runs("classify", "bench").values()}) == 2 * 2  # sets and sides
    assert {trial.kind(run) for run in grid.runs("frequency", "bench").values()} == {None}


@pytest.mark.parametrize(
    ("study", "name"), [("superres", "wdsr-a1-5-quick-s0"), ("classify", "digits-bicubic-quick-s0")]
)
def test_iterations_are_those_of_the_study_and_repeat(study, name):
    run = grid.runs(study, "quick")[name]
    log = trial.iterate(run, 3)
    assert [entry["step"] for entry in log] == [1, 2, 3]
    assert [entry["loss"] for entry in log] == [entry["loss"] for entry in trial.iterate(run, 3)]


def test_an_iteration_is_timed_when_it_is_warm(monkeypatch):
    took = iter([9.0, 1.0] + [9.0] * 6 + [1.0] * 20)
    asked = []

    def iterate(run, steps):
        asked.append(steps)
        seconds = 0.0
        return [{"step": step + 1, "seconds": (seconds := seconds + next(took))} for step in range(steps)]

    monkeypatch.setattr(trial, "iterate", iterate)
    monkeypatch.setattr(trial, "TIMED", 10.0)
    assert trial.seconds(None) == 1.0
    assert asked == [2, trial.WARM + 10]


def test_what_trains_nothing_has_no_iterations():
    with pytest.raises(UserError, match="bicubic-quick: trains nothing"):
        trial.iterate(grid.runs("superres", "quick")["bicubic-quick"], 1)


def test_upscaling_an_image_takes_time():
    assert 0 < trial.upscaling_seconds("digits", "wdsr", 1) < 1
