import math

import pytest
import torch

from hfsr.errors import UserError
from hfsr.report import timings
from hfsr.studies import card, cost, memory, speeds, trial
from hfsr.training import buffer, hardware, loop
from hfsr.training.step import WARM_UP

KINDS = card.kinds()


def test_every_kind_of_run_is_checked():
    assert [run.title for run in KINDS] == [
        "srcnn",
        "wdsr-a0",
        "wdsr-a1-5",
        "wdsr-a1-5-image",
        "wdsr-a1-5-random",
        "wdsr-a1-5-low",
        "wdsr-a1-5-uniform",
        "wdsr-a1-5-weighted",
        "wdsr-a1-5-outside0.1",
        "wdsr-a1-5",
        "wdsr-a1-5",
        "digits-original",
        "digits-bicubic",
        "digits-original",
        "digits-bicubic",
    ]
    assert [getattr(run, "degrade", None) for run in KINDS[9:11]] == ["noise25", "jpeg10"]
    assert {run.recipe.name for run in KINDS[-2:]} == {"compact-quick"}
    assert len({(run.study, run.name) for run in KINDS}) == len(KINDS)


def test_the_cpu_agrees_with_itself():
    checked = card.check([KINDS[4], KINDS[11]])
    assert checked["right"].all()
    assert (checked["difference"] < card.TOLERANCE["float32"] / 10).all()
    assert (checked["in bf16"] < card.TOLERANCE["bf16"]).all() == hardware.bf16_units()


def test_a_device_that_trains_otherwise_is_found_out(monkeypatch):
    plain = trial.iterate_plainly
    monkeypatch.setattr(trial, "iterate_plainly", lambda run, steps: [loss * 1.05 for loss in plain(run, steps)])
    checked = card.check([KINDS[11]])
    assert not checked["right"].any()
    assert checked["difference"].item() == pytest.approx(0.05 / 1.05, abs=0.01)


def test_throughput_is_beside_what_the_device_can_do(monkeypatch):
    monkeypatch.setattr(speeds, "of_device", lambda run: speeds.Speed(2e9, "here"))
    monkeypatch.setattr(card, "convolution_rate", lambda: 8e9)
    monkeypatch.setattr(card, "product_rate", lambda: 1e10)
    run = KINDS[11]
    measured = card.throughput([run]).loc[run.name]
    assert measured["iterations/s"] == pytest.approx(2e9 / (run.work.training / run.steps))
    assert (measured["% of convolution"], measured["% of matrix product"]) == pytest.approx((25, 20))
    assert math.isnan(measured["GB"]) == (not torch.cuda.is_available())
    assert measured["GB counted"] > 0


def test_what_a_card_has_no_room_for_has_no_rate(monkeypatch):
    def full(run):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(trial, "seconds", full)
    monkeypatch.setattr(card, "convolution_rate", lambda: 8e9)
    monkeypatch.setattr(card, "product_rate", lambda: 1e10)
    speeds._training_rate.cache_clear()
    run = KINDS[11]
    measured = card.throughput([run]).loc[run.name]
    assert measured[["iterations/s", "TFLOP/s", "% of convolution", "% of matrix product"]].isna().all()
    assert measured["GB counted"] > 0
    assert math.isnan(cost.hours(run, speeds.of_device))


def test_a_loss_that_is_not_finite_is_wrong(monkeypatch):
    def diverges(run, steps):
        raise UserError("the loss is nan near iteration 1; lower the learning rate, or look at the data")

    monkeypatch.setattr(trial, "iterate", diverges)
    assert not card.check([KINDS[11]])["right"].any()


def test_every_card_that_was_measured_had_room():
    """The published timings of cards: what tensors took, and the libraries' half a gigabyte beside them."""
    rows = [row for record in timings.records("card") for row in record.tables["iterations"]]
    assert rows
    for row in rows:
        assert row["GB"] + 0.5 <= memory.WORK_SPACE * row["GB counted"] + memory.LIBRARIES / 1e9, row["run"]


def test_the_device_has_rates():
    assert card.convolution_rate() > 1e6
    assert card.product_rate() > 1e6


@pytest.mark.gpu
@pytest.mark.parametrize("run", KINDS, ids=lambda run: run.name)
def test_a_gpu_trains_as_the_cpu_does(run):
    """Forward, backward and the weights' changes: losses, masks, the random controls, both studies."""
    assert card.check([run])["right"].all()


@pytest.mark.gpu
def test_a_gpu_gives_the_cpus_gradients():
    """In float32, at the first iteration, of the selection of Eq 7."""
    gradients = {}
    for device in (torch.device("cpu"), hardware.device()):
        task = trial.training(KINDS[2], device)
        task.loss(task.model.to(device), task.batch(0)).backward()
        gradients[device.type] = torch.cat([each.grad.flatten().cpu() for each in task.model.parameters()])
    difference = (gradients["cuda"] - gradients["cpu"]).norm() / gradients["cpu"].norm()
    assert difference < 1e-4


def losses(run, folder, steps):
    """Of a run on noise that goes on where the folder's checkpoint stopped."""
    task = trial.training(run, hardware.device())
    return [entry["loss"] for entry in loop.fit(task, folder, {}, steps, log_every=1).log]


@pytest.mark.gpu
@pytest.mark.parametrize("run", [KINDS[2], KINDS[12]], ids=lambda run: run.name)
def test_a_gpu_goes_on_from_a_checkpoint(run, tmp_path):
    """Of Adam and of SGD, past the iterations before a graph is recorded, before and after."""
    half = WARM_UP + 3
    whole = losses(run, tmp_path / "whole", 2 * half)
    losses(run, tmp_path / "halves", half)
    assert losses(run, tmp_path / "halves", 2 * half) == pytest.approx(whole, rel=0.02)


@pytest.mark.gpu
@pytest.mark.parametrize("run", KINDS[9:11], ids=lambda run: run.degrade)
def test_pictures_that_a_gpu_has_no_room_for_give_the_same(run, tmp_path, monkeypatch):
    there = losses(run, tmp_path / "there", WARM_UP + 3)
    monkeypatch.setattr(buffer, "_fits", lambda data, device: False)
    assert losses(run, tmp_path / "apart", WARM_UP + 3) == pytest.approx(there, rel=0.02)


@pytest.mark.gpu
@pytest.mark.parametrize("run", [KINDS[2], KINDS[12]], ids=lambda run: run.name)
def test_a_gpu_holds_what_was_counted(run):
    speeds._training_rate.cache_clear()  # else the peak would be of nothing
    measured = card.throughput([run]).iloc[0]
    assert measured["GB"] < memory.WORK_SPACE * measured["GB counted"] + memory.LIBRARIES / 1e9
