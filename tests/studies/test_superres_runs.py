import pytest

from hfsr.errors import UserError
from hfsr.studies import recipes, superres_runs


def test_names_and_commands_tell_every_row_of_the_measured_study_apart():
    grid = superres_runs.grid("bench")
    first = [superres_runs.run_name(run) for run in grid if run["seed"] in (None, 0)]
    assert first == [
        "bicubic-bench",
        "srcnn-bench-s0-30000-steps",
        "wdsr-a0-bench-s0",
        "wdsr-a1-7-bench-s0",
        "wdsr-a1-6-bench-s0",
        "wdsr-a1-5-bench-s0",
        "wdsr-a1-4-bench-s0",
        "wdsr-a1-3-bench-s0",
        "wdsr-a1-5-image-bench-s0",
        "wdsr-a1-5-random-bench-s0",
        "wdsr-a1-5-low-bench-s0",
    ]
    for name in (superres_runs.run_name, superres_runs.command):
        assert len({name(run) for run in grid}) == len(grid) == 1 + 3 * 10


def test_other_steps_and_data_show_in_name_and_command():
    run = superres_runs.settings(steps=7, data="t91")
    assert superres_runs.run_name(run) == "wdsr-a0-quick-s0-7-steps-t91"
    assert superres_runs.command(run).endswith("--steps 7 --data t91")


@pytest.mark.parametrize("recipe", [name for name, plan in recipes.SUPERRES.items() if plan.rows])
def test_a_command_names_the_settings_it_comes_from(recipe):
    """What the command line would make of a command is the run itself."""
    for run in superres_runs.grid(recipe):
        words = superres_runs.command(run).split()
        options = dict(zip(words[2::2], words[3::2], strict=True))
        read = {name.removeprefix("--"): int(value) if value.isdecimal() else value for name, value in options.items()}
        assert superres_runs.settings(**read) == run


def test_models_of_the_measured_study_are_named_by_their_rows():
    assert superres_runs.model_name(superres_runs.settings(alpha="1/5", recipe="bench")) == "wdsr-a1-5"
    assert superres_runs.model_name(superres_runs.settings("srcnn", recipe="bench", steps=30_000)) == "srcnn"
    assert superres_runs.model_name(superres_runs.settings()) == "wdsr-a0-quick"


def test_bicubic_has_no_alpha_and_no_seed():
    assert superres_runs.settings("bicubic", seed=3, recipe="bench") == superres_runs.settings(
        "bicubic", recipe="bench"
    )
    with pytest.raises(UserError, match="bicubic has nothing to train, so it takes no alpha"):
        superres_runs.settings("bicubic", "1/5")
