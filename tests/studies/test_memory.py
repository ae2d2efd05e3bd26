import dataclasses
from contextlib import nullcontext

import pytest
import torch
from torch import nn

from hfsr.classifiers import ResNet
from hfsr.data import labelled
from hfsr.models import WDSR, parameters
from hfsr.studies import classification, flops, memory, recipes, superres_run, trial, upscaler
from hfsr.studies.classification import Classification
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun
from hfsr.training.loop import Task

SMALL = dataclasses.replace(recipes.superres("quick"), crop=8, batch=6, blocks=2)
RUNS = [
    SuperresRun(Row("wdsr"), SMALL),
    SuperresRun(Row("wdsr", "1/5", "random"), SMALL),
    SuperresRun(Row("srcnn"), SMALL),
    Classification("digits", upscaler.ORIGINAL, dataclasses.replace(recipes.classify("quick"), batch=6)),
    Classification("digits", upscaler.ORIGINAL, dataclasses.replace(recipes.classify("quick"), batch=6, depth=38)),
]


@pytest.mark.parametrize("bf16", [True, False])
@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.title)
def test_what_is_counted_on_two_images_is_what_a_whole_batch_keeps(run, bf16):
    task = trial.training(run, memory.CPU)
    task.model.to(memory_format=torch.channels_last)
    whole = memory.kept(task, task.batch(0), bf16)
    assert memory.of(run, bf16).iteration == sum(whole) + 2 * max(whole)


@pytest.mark.parametrize("bf16", [True, False])
@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.title)
def test_what_is_counted_without_convolving_is_what_an_iteration_keeps(monkeypatch, run, bf16):
    task = trial.training(run, memory.CPU)
    task.model.to(memory_format=torch.channels_last)
    counted = memory.kept(task, task.batch(0), bf16)
    monkeypatch.setattr(memory, "Unconvolved", nullcontext)
    assert memory.kept(task, task.batch(0), bf16) == counted


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.title)
def test_in_bf16_less_is_kept_and_in_a_larger_batch_more(run):
    assert memory.of(run, bf16=True).iteration < memory.of(run, bf16=False).iteration
    larger = dataclasses.replace(run, recipe=dataclasses.replace(run.recipe, batch=12))
    assert memory.of(larger, True).iteration > memory.of(run, True).iteration
    assert memory.of(larger, True).state == memory.of(run, True).state


def test_what_is_kept_for_gradients_is_what_the_layers_need():
    """Of a convolution its input, of a rectifier its output, of the loss the difference's sign or what makes it."""
    network = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1, bias=False), nn.ReLU())
    inputs = torch.zeros(1, 3, 8, 8)
    task = Task(network, None, None, None, lambda model, batch: model(batch[0]).sum(), 1, None)
    assert memory.kept(task, (inputs,), bf16=False) == [4 * 3 * 64, 4 * 5 * 64]


def test_the_state_is_weights_gradients_and_what_the_optimiser_keeps_of_each():
    """Adam: two moments a weight, and a counter a tensor."""
    weights, tensors = parameters(WDSR(blocks=2)), len(list(WDSR(blocks=2).parameters()))
    assert memory.of(RUNS[0], bf16=True).state == 4 * 4 * weights + 4 * tensors


def test_the_state_of_a_deep_resnet_is_counted_on_two_shallow_ones():
    """Momentum alone, and batch normalisation's buffers."""
    network = ResNet(38)
    buffers = sum(each.nbytes for each in network.buffers())
    assert memory.of(RUNS[-1], bf16=True).state == 3 * 4 * parameters(network) + buffers


def test_data_on_the_device_are_bytes():
    paper, bench = recipes.classify("paper"), recipes.classify("bench")
    assert memory.of(classification.grid(bench)[1], True).images == 20_000 * 3 * 64 * 64
    assert memory.of(classification.grid(paper)[0], True).images == 50_000 * 3 * 32 * 32
    network = SuperresRun(Row("wdsr"), dataclasses.replace(SMALL, data="div2k-train"))
    pictures = 800 * 2040 * 1356 * 3
    assert memory.of(network, True).pictures == pictures * 1.25
    for degrade, bytes_a_byte in {"noise25": 1, "jpeg10": 2}.items():  # noise is drawn crop by crop
        assert memory.of(dataclasses.replace(network, degrade=degrade), True).pictures == bytes_a_byte * pictures


@pytest.mark.parametrize("name", ["digits", "digits-even", "digits-odd"])
def test_images_that_are_trained_on_are_counted(name):
    assert flops.training_images(name) in (
        len(labelled.load(name).train_labels),
        len(labelled.load(name).train_labels) - 1,
    )


def test_what_trains_nothing_needs_nothing():
    assert memory.of(superres_run.grid(recipes.superres("quick"))[0], True) == memory.NONE
    assert (
        memory.of(Classification("digits", upscaler.BICUBIC, recipes.classify("quick")).requires[0], True)
        == memory.NONE
    )


def test_a_card_holds_its_libraries_too():
    room = int((8e9 - memory.LIBRARIES) / memory.WORK_SPACE)
    assert (memory.card(room), memory.card(room + 10**6)) == (8, 16)
