from dataclasses import replace

import pytest

from hfsr.report import kernel_times, timings


def test_times_of_a_run_add_up():
    tables = {
        "iterations": [{"run": "a", "iteration, ms": 2.0}],
        "kernels": [
            {"run": "a", "kernel": "sm90_xmma_wgrad", "times": 2.0, "ms": 0.9},
            {"run": "a", "kernel": "direct_copy_kernel_cuda", "times": 3.0, "ms": 0.3},
            {"run": "a", "kernel": "launch_clamp_scalar", "times": 1.0, "ms": 0.3},
        ],
    }
    table = kernel_times.table(replace(timings.records("kernels")[0], tables=tables))
    assert table.loc["a", ["kernels", "ms", "in kernels"]].to_list() == [6.0, 2.0, 1.5]
    assert table.loc["a", "convolutions"] == pytest.approx(60)
    assert table.loc["a", ["copies, casts", "rest", "sums"]].to_list() == pytest.approx([20, 20, 0])


def test_the_published_record_knows_most_of_its_kernels():
    for record in timings.records("kernels"):
        table = kernel_times.table(record)
        assert (table[[*kernel_times.KINDS, "rest"]].sum(axis=1).round(6) == 100).all()
        assert (table["rest"] < 20).all()
