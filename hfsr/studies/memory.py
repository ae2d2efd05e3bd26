"""What a run needs of a GPU's memory, counted on its own network, loss and optimiser before it starts."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache, singledispatch
from typing import Any, NamedTuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from hfsr.data import labelled
from hfsr.studies import depth, flops, trial
from hfsr.studies.classification import Classification
from hfsr.studies.run import Run
from hfsr.studies.superres_run import SuperresRun
from hfsr.training.loop import Task

CPU = torch.device("cpu")
CARDS = (8, 16, 24, 80)  # gigabytes
# What a card takes beyond what is counted: on one H200 tensors took up to 1.7 times as many bytes as counted and up to 0.9 GB,
# a graph's own memory among it; the CUDA libraries take half a gigabyte beside tensors.
WORK_SPACE, LIBRARIES = 1.7, 14 * 10**8


class Memory(NamedTuple):
    """Bytes that a training holds.

    Parameters
    ----------
    state : int
        Weights, their gradients, and what the optimiser keeps of each.
    iteration : int
        What an iteration keeps until its gradients are there, and the gradients at the widest layer's two ends.
    images : int
        Labelled images, which always lie on the device.
    pictures : int
        Photographs, which stay in the machine's own memory where they do not fit.

    Examples
    --------
    >>> Memory(state=10, iteration=200, images=0, pictures=3000).needed
    210
    """

    state: int
    iteration: int
    images: int
    pictures: int

    @property
    def needed(self) -> int:
        """Bytes that are counted; `card` adds kernels' work space and the libraries."""
        return self.state + self.iteration + self.images


NONE = Memory(0, 0, 0, 0)


@singledispatch
def of(run: Run, bf16: bool) -> Memory:
    """What a run needs; `NONE` if it trains nothing.

    Parameters
    ----------
    run : Run
    bf16 : bool
        Whether it multiplies in bf16, or in float32 as on a card without units for that.

    Examples
    --------
    >>> from hfsr.studies import grid
    >>> of(grid.runs("superres", "quick")["wdsr-a0-quick-s0"], bf16=True).state // 597_716  # weight, gradient, two moments
    16
    """
    return NONE


@of.register
def _(run: Classification, bf16: bool) -> Memory:
    side = run.upscaler.factor * flops.LABELLED[labelled.whole(run.dataset)][1]
    images = flops.training_images(run.dataset, run.recipe.subset) * 3 * side**2
    counted = depth.counted(run.recipe, lambda recipe: _training(replace(run, recipe=recipe), bf16))
    return Memory(*counted)._replace(images=images)


@of.register
def _(run: SuperresRun, bf16: bool) -> Memory:
    if not run.is_trained:
        return NONE
    pictures = flops.photographs((run.recipe.data,), run.degrade)
    return _training(run, bf16)._replace(pictures=int(pictures))


def card(needed: int) -> int | None:
    """The smallest of the usual cards, in GB, that has so many bytes and room for `LIBRARIES`; None if none has.

    Examples
    --------
    >>> card(3 * 10**9), card(7 * 10**9), card(10**12)
    (8, 16, None)
    """
    return next((size for size in CARDS if WORK_SPACE * needed + LIBRARIES <= size * 10**9), None)


@cache
def _task(run: Run) -> tuple[Task, int]:
    """A run's training, and bytes of its state."""
    task = trial.training(run, CPU)
    task.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return task, _state(task)


def _training(run: Run, bf16: bool) -> Memory:
    return _counted(trial.kind(run) or run, bf16)


@cache
def _counted(kind: Run, bf16: bool) -> Memory:
    task, state = _task(kind)
    batch = task.batch(0)
    one, two = (kept(task, type(batch)(*(each[:count] for each in batch)), bf16) for count in (1, 2))
    # What belongs to no image, such as the weights in bf16, is kept once; the rest grows with the batch.
    sizes = [first + (task.images - 1) * (both - first) for first, both in zip(one, two, strict=True)]
    return Memory(state, sum(sizes) + 2 * max(sizes), 0, 0)


class Unconvolved(TorchDispatchMode):
    """Convolutions give zeros of the right shape: what autograd keeps of them is the same, and bf16 is slow on many processors.

    Examples
    --------
    >>> with Unconvolved():
    ...     torch.nn.functional.conv2d(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 1, 2))
    tensor([[[[0.],
              [0.]]]])
    """

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is not torch.ops.aten.convolution.default:
            return func(*args, **(kwargs or {}))
        shapes = [each.to("meta") if isinstance(each, torch.Tensor) else each for each in args]
        return torch.zeros_like(func(*shapes), device=CPU)


def kept(task: Task, batch: tuple[torch.Tensor, ...], bf16: bool) -> list[int]:
    """Bytes of every tensor that autograd keeps of an iteration until its gradients are there, beside the weights.

    Examples
    --------
    >>> from hfsr.studies import grid
    >>> task = trial.training(grid.runs("classify", "quick")["digits-original-quick-s0"], CPU)
    >>> sum(kept(task, task.batch(0), bf16=True)) < sum(kept(task, task.batch(0), bf16=False))
    True
    """
    sizes: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()  # several tensors may be views of one
        sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    with (
        torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor),
        torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16),
        Unconvolved(),
    ):
        loss = task.loss(task.model, batch)  # while it is there, so is all that is kept
    for parameter in task.model.parameters():
        sizes.pop(parameter.untyped_storage().data_ptr(), None)
    del loss
    return list(sizes.values())


def _state(task: Task) -> int:
    """Bytes of weights, gradients and the optimiser's tensors, after an iteration with gradients of zero."""
    for parameter in task.model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    task.optimizer.step()
    kept = [value for state in task.optimizer.state.values() for value in state.values()]
    learnt = [each for parameter in task.model.parameters() for each in (parameter, parameter.grad)]
    return _bytes(learnt) + _bytes(task.model.buffers()) + _bytes(kept)


def _bytes(tensors: Iterable[object]) -> int:
    return sum(each.nbytes for each in tensors if isinstance(each, torch.Tensor))
