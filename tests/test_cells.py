from collections import Counter

from hfsr import cells, recipes


def test_a_cell_with_seeds_of_its_own_has_these_and_seeds_go_first():
    runs = cells.grid("bench")
    assert [run["seed"] for run in runs] == sorted(run["seed"] for run in runs)
    counts = Counter((run["data"], run["method"], run["steps"]) for run in runs)
    assert counts["cifar10", "wdsr-a1-5", 500] == 5
    assert counts["cifar10", "wdsr-a1-6", 500] == counts["cifar100", "bicubic", 500] == 3
    assert len(counts) == len(recipes.classify("bench").cells)
    assert len({cells.run_name(run) for run in runs}) == len(runs)
