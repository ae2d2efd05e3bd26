"""Tables of a card name what it computed, not the files that it left."""

import pytest

from hfsr.report import kernel_times, timings
from hfsr.report.workloads import workload


def test_every_run_that_a_card_timed_has_words_of_its_own():
    for benchmark in ("card", "kernels"):
        for record in timings.records(benchmark):
            names = timings.table(record, "iterations").index
            assert len({workload(name) for name in names}) == len(names)
            assert all(" of " in workload(name) for name in names)
    assert kernel_times.table(record).rename(index=workload).index.is_unique


def test_an_images_side_is_the_one_that_the_classifier_sees():
    assert workload("cifar10-original-compact-s0").endswith("images of 32x32")
    assert workload("cifar10-bicubic-compact-full-s0") == "compact (2x2), 256 images of 64x64"
    assert workload("digits-bicubic-quick-s0") == "ResNet-11, 64 images of 16x16"


def test_a_name_of_no_grid_is_an_error():
    with pytest.raises(KeyError, match="wdsr-a1-5-nothing-s0"):
        workload("wdsr-a1-5-nothing-s0")
