from collections import Counter

from hfsr.studies import classify_runs, recipes


def test_every_cell_is_run_once_a_seed_and_seeds_go_first():
    plan, runs = recipes.classify("bench"), classify_runs.grid("bench")
    assert [run["seed"] for run in runs] == sorted(run["seed"] for run in runs)
    counts = Counter((run["data"], run["method"]) for run in runs)
    assert set(counts.values()) == {len(plan.seeds)}
    assert len(counts) == len(plan.cells)
    assert len({classify_runs.run_name(run) for run in runs}) == len(runs)
