import dataclasses

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from hfsr import models
from hfsr.classifiers import ResNet
from hfsr.models import WDSR
from hfsr.studies import flops, recipes


def test_operations_are_those_of_every_update():
    with FlopCounterMode(display=False) as counter:
        WDSR(blocks=8)(torch.zeros(2, 3, 16, 16)).sum().backward()
    bench = recipes.superres("bench")
    expected = counter.get_total_flops() / 2 * bench.batch * bench.steps
    assert flops.superres("wdsr", bench, bench.steps).training == pytest.approx(expected)
    assert flops.superres("bicubic", bench, 0).training == 0


def test_an_image_of_twice_the_side_is_four_times_the_work():
    paper = recipes.classify("paper")
    original, upscaled = (flops.classify("cifar10", paper, paper.steps, factor).training for factor in (1, 2))
    assert upscaled == pytest.approx(4 * original, rel=1e-3)
    assert flops.classify("cifar10", paper, 1, 1).training == pytest.approx(original / paper.steps)


def test_a_deep_resnet_is_counted_on_two_shallow_ones():
    deep, network = dataclasses.replace(recipes.classify("quick"), depth=38), ResNet(38)
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 3, 8, 8)).sum().backward()
    work = flops.classify("digits", deep, 1, 1)
    assert work.training == deep.batch * counter.get_total_flops()
    assert work.disk == 10 * models.parameters(network)


def test_upscaling_is_a_forward_pass_an_image():
    network = WDSR(blocks=1)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.zeros(1, 3, 8, 8))
    assert flops.upscaling("digits", "wdsr", 1).training == 1797 * counter.get_total_flops()
    assert flops.upscaling("cifar10", "bicubic", 0).training == 0
    assert flops.upscaling("digits", "wdsr", 1).disk == flops.upscaling("digits", "bicubic", 0).disk == 1797 * 3 * 16**2


def test_a_recognition_upscales_the_half_of_every_image():
    network = WDSR(blocks=1)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.zeros(1, 3, 4, 4))
    work = flops.recognition(("digits",), "wdsr", 1, recipes.classify("compact-quick"), 0)
    assert work.training == 1797 * counter.get_total_flops()


def test_a_measurement_is_of_the_pixels_that_are_measured():
    paper = recipes.superres("paper")
    assert flops.measurement(paper.evaluation, network=True).training == 100 * 2040 * 1356
    assert flops.measurement(paper.evaluation, network=True) == dataclasses.replace(
        flops.measurement(paper.evaluation, network=False), network=True
    )


def test_measuring_counts_where_the_photographs_are_large():
    paper, bench = recipes.superres("paper"), recipes.superres("bench")
    work = flops.superres("wdsr", paper, 300_000)
    times = 1 + paper.checks
    per_pixel = work.training / (300_000 * 16 * 48**2) / 3  # a third of an iteration's is forward
    assert work.measuring == pytest.approx(times * 100 * 2040 * 1356 / 4 * per_pixel, rel=0.01)
    assert flops.superres("wdsr", bench, 10_000).measuring == flops.superres("bicubic", paper, 0).measuring == 0


@pytest.mark.parametrize("kind", ["superres", "classify", "upscaling", "measurement"])
def test_a_network_computes_but_where_pixels_are_only_interpolated_or_measured(kind):
    paper, classifier = recipes.superres("paper"), recipes.classify("paper")
    with_network, without = {
        "superres": lambda: (flops.superres("srcnn", paper, 1), flops.superres("bicubic", paper, 0)),
        "classify": lambda: (flops.classify("digits", classifier, 1, 2), None),
        "upscaling": lambda: (flops.upscaling("digits", "wdsr", 1), flops.upscaling("digits", "bicubic", 0)),
        "measurement": lambda: (flops.measurement(paper.evaluation, True), flops.measurement(paper.evaluation, False)),
    }[kind]()
    assert with_network.network
    assert without is None or not without.network


def test_what_is_held_is_what_is_read():
    """Pictures as bytes with their halves, a quarter; images as bytes and as numbers of four bytes."""
    paper = recipes.superres("paper")
    measured, trained = 100 * 2040 * 1356 * 3 * 1.25, 800 * 2040 * 1356 * 3 * 1.25
    assert flops.superres("bicubic", paper, 0).held == flops.measurement(paper.evaluation, True).held == measured
    assert flops.superres("wdsr", paper, 1).held == trained + 2 * measured  # watched and judged
    images = 60_000 * 3 * 32**2 * 5
    assert (
        flops.upscaling("cifar10", "bicubic", 0).held
        == flops.classify("cifar10", recipes.classify("bench"), 1, 1).held
        == images
    )
