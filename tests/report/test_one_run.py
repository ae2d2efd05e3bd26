import itertools

import numpy as np
import pytest
from scipy.stats import norm

from hfsr.report import one_run, paper


def test_the_methods_lead_over_plain_wdsr_is_less_than_two_standard_errors():
    accuracy = paper.table3()["cifar10"]
    error = np.hypot(*(np.sqrt(p * (1 - p) / 10_000) for p in accuracy[["1/5", "WDSR"]] / 100)) * 100
    line = one_run.power().loc[("CIFAR-10", "1/5 against WDSR")]
    assert line["z"] == pytest.approx((accuracy["1/5"] - accuracy["WDSR"]) / error, abs=0.005)
    assert line["p"] == pytest.approx(2 * norm.sf(abs(line["z"])), abs=0.01)


def test_no_number_of_runs_finds_a_gain_of_nothing():
    table, accuracy = one_run.power(), paper.table3()
    for (title, comparison), line in table.iterrows():
        row, baseline = comparison.split(" against ")
        name = {"CIFAR-10": "cifar10", "CIFAR-100": "cifar100"}[title]
        assert line["gain"] == pytest.approx(accuracy.loc[row, name] - accuracy.loc[baseline, name], abs=0.005)
        wanted = [line[f"runs, sd {sd:.2f}"] for sd in one_run.SCATTER[name]]
        assert all((runs == "") == (line["gain"] == 0) for runs in wanted)


def test_pairs_beyond_chance_are_some_of_all_pairs():
    table = one_run.beyond_chance()
    assert (table["of all pairs"] == 9 * 8 / 2).all()
    assert [len(which.split(", ")) if which else 0 for which in table["which"]] == table["differ"].tolist()


def test_a_pair_differs_beyond_chance_at_five_per_cent():
    table, accuracy = one_run.beyond_chance(), paper.table3()
    for name, title in one_run.SETS.items():
        pairs = itertools.combinations(accuracy[name], 2)
        z = [abs(a - b) / np.hypot(one_run.standard_error(a), one_run.standard_error(b)) for a, b in pairs]
        assert table.loc[title, "differ"] == sum(2 * norm.sf(z) < 0.05)
