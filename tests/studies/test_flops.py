import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from hfsr.models import WDSR
from hfsr.studies import flops, recipes, study, superres_runs


def test_operations_are_those_of_every_update():
    with FlopCounterMode(display=False) as counter:
        WDSR(blocks=8)(torch.zeros(2, 3, 16, 16)).sum().backward()
    bench = recipes.superres("bench")
    expected = counter.get_total_flops() / 2 * bench.batch * bench.steps
    assert flops.operations(superres_runs.settings(recipe="bench")) == pytest.approx(expected)
    assert flops.operations(superres_runs.settings("bicubic", recipe="bench")) == 0


def test_an_image_of_twice_the_side_is_four_times_the_work():
    original, enlarged = (
        study.jobs("classify", "paper")[f"cifar10-{method}-paper-s0"] for method in ("original", "bicubic")
    )
    assert flops.operations(enlarged.settings) == pytest.approx(4 * flops.operations(original.settings), rel=1e-3)


def test_measuring_counts_where_the_photographs_are_large():
    paper = superres_runs.settings(recipe="paper")
    times = 1 + recipes.superres("paper").checks
    per_pixel = flops.operations(paper) / (300_000 * 16 * 48**2) / 3  # a third of an update's is forward
    assert flops.measuring(paper) == pytest.approx(times * 100 * 2040 * 1356 / 4 * per_pixel, rel=0.01)
    assert (
        flops.measuring(superres_runs.settings(recipe="bench"))
        == flops.measuring(superres_runs.settings("bicubic", recipe="paper"))
        == 0
    )


def test_what_is_kept_for_gradients_is_what_the_layers_need(monkeypatch):
    """Of a convolution its input and weights, of a rectifier its output, which is the network's."""
    network = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1, bias=False), nn.ReLU())
    monkeypatch.setattr(flops, "built", lambda kind, size: network)
    flops.kept_for_gradients.cache_clear()
    kept = flops.kept_for_gradients("any", 0, 8)
    flops.kept_for_gradients.cache_clear()
    inputs, weights, outputs = 3 * 64, 3 * 5 * 9, 5 * 64
    assert 4 * (inputs + weights + outputs) <= kept <= 4 * (inputs + weights + 2 * outputs)
