import pytest

from hfsr.errors import UserError
from hfsr.studies import grid, trial


def test_runs_are_of_a_kind_whose_iterations_are_alike():
    kinds = {trial.kind(run) for run in grid.runs("superres", "bench").values()}
    # Nothing to train, SRCNN, all elements, those of an alpha in two reductions and with a weight outside, and four controls.
    assert len(kinds) == 1 + 1 + 1 + 3 + 4
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


@pytest.mark.parametrize(
    ("first", "later", "asked"),
    [
        (0.9, 0.9, [2, 3]),  # a processor
        (0.1, 0.001, [2, 30, 3000]),  # a GPU, whose first iterations are the slowest
        (5.0, 1.0, [2]),  # what takes too long to be timed twice
    ],
)
def test_an_iteration_is_timed_when_it_is_warm(first, later, asked, monkeypatch):
    steps_asked = []

    def iterate(run, steps, log_every=1):
        assert log_every == max(1, min(50, steps // 6))  # nine tenths of a run read nothing back
        steps_asked.append(steps)
        took = [first if step < 2 else later for step in range(steps)]
        return [{"step": step + 1, "seconds": sum(took[: step + 1])} for step in range(steps)]

    monkeypatch.setattr(trial, "iterate", iterate)
    assert trial.seconds(None) == pytest.approx(later if len(asked) > 1 else first)
    assert steps_asked == asked


def test_what_trains_nothing_has_no_iterations():
    with pytest.raises(UserError, match="bicubic-quick: trains nothing"):
        trial.iterate(grid.runs("superres", "quick")["bicubic-quick"], 1)


def test_upscaling_an_image_takes_time():
    assert trial.upscaling_seconds("digits", "wdsr", 1) > 0
