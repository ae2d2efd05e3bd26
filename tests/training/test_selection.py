"""Controls take what they say, and no device draws otherwise than another."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hfsr.data import photographs
from hfsr.kernels.hashes import BITS, random_numbers
from hfsr.training import processes
from hfsr.training.crops import Crops
from hfsr.training.selection import batch_mask


@pytest.fixture
def batch(pictures):
    return Crops(pictures, 8, 5, seed=0)(0)


def test_controls_select_as_many_at_random_and_the_rest(batch, pictures):
    high, low, random = (batch_mask(batch, 0.2, mask) for mask in ("high", "low", "random"))
    assert torch.equal(low, ~high)
    assert torch.equal(random.flatten(1).sum(1), high.flatten(1).sum(1))
    assert not torch.equal(random, high)
    assert torch.equal(random, batch_mask(batch, 0.2, "random"))
    assert not torch.equal(random, batch_mask(Crops(pictures, 8, 5, seed=0)(1), 0.2, "random"))
    everything = batch_mask(batch, 0.2, "all")
    assert everything.all()
    assert everything.dtype == torch.bool
    assert torch.equal(batch_mask(batch, 0.2, "weighted"), high)


def test_a_batch_of_one_crop_has_its_control_at_random(pictures):
    one = Crops(pictures, 8, 1, seed=0)(0)
    assert batch_mask(one, 0.2, "random").sum() == batch_mask(one, 0.2, "high").sum()
    assert 0 < batch_mask(one, 0.2, "uniform").double().mean() < 1


def test_the_uniform_control_takes_the_batchs_fraction_from_every_crop():
    batch = Crops(photographs.load("embedded"), 8, 64, seed=0)(0)
    high, uniform = (batch_mask(batch, 0.2, mask).flatten(1).double() for mask in ("high", "uniform"))
    fraction, elements = high.mean(), high.numel()
    deviation = (fraction * (1 - fraction) / elements) ** 0.5
    assert abs(uniform.mean() - fraction) < 4 * deviation
    # The selection's crops differ by far more than chance, the control's by chance alone.
    chance = (fraction * (1 - fraction) / high.shape[1]) ** 0.5
    assert high.mean(1).std() > 3 * chance
    assert 0.7 * chance < uniform.mean(1).std() < 1.3 * chance


def test_the_uniform_control_takes_the_fraction_of_all_processes(batch, monkeypatch):
    monkeypatch.setattr(processes, "mean", torch.ones_like)
    assert batch_mask(batch, 0.2, "uniform").all()


def brute_force_hash(number: int) -> int:
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        number = (number ^ number >> shift) * factor % 2**32
    return number ^ number >> 16


@given(st.integers(0, 2**62 - 1), st.integers(1, 40))
def test_random_numbers_are_the_hashes_of_whole_numbers(seed, count):
    key = brute_force_hash(seed % 2**32) ^ brute_force_hash((seed >> 32) + 1)
    expected = [brute_force_hash(key ^ brute_force_hash(place)) for place in range(count)]
    assert random_numbers(torch.tensor([seed]), count).tolist() == [expected]


def test_random_numbers_are_even_and_independent_of_their_neighbours():
    numbers = random_numbers(torch.arange(40) * 2**31 + 5, 3072).double() / BITS
    counts = np.histogram(numbers, bins=64, range=(0, 1))[0]
    expected = numbers.numel() / 64
    assert ((counts - expected) ** 2 / expected).sum() < 120  # chi-squared of 63 degrees: 1 in 20,000
    for shifted in (numbers.roll(1, dims=1), numbers.roll(32, dims=1), numbers.roll(1, dims=0)):
        correlation = np.corrcoef(numbers.flatten(), shifted.flatten())[0, 1]
        assert abs(correlation) < 4 / numbers.numel() ** 0.5
