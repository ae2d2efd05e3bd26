"""Several processes that train one network: each takes its share of every batch (Accelerate underneath).

With one process, which is the usual case, little here does anything.

Accelerate takes settings from the environment, where ``accelerate launch`` and a cluster's scripts put theirs. Those that would
change a run's numbers are set here instead, or refused: a run is what its record says.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

import torch
from accelerate import Accelerator, PartialState
from accelerate.utils import GradientAccumulationPlugin, TorchDynamoPlugin, reduce
from torch import Tensor

from hfsr.errors import UserError
from hfsr.files import exclusive
from hfsr.training import hardware

# With the main process, which measures on the way: a set of pictures takes long on a processor.
PATIENCE = timedelta(hours=3)
OTHER_WAYS = ("DEEPSPEED", "FSDP", "MEGATRON_LM", "PARALLELISM_CONFIG", "SAGEMAKER")  # to train than the one here


def state() -> PartialState:
    """Accelerate's knowledge of the processes; on the CPU they are only seen where it is told that there is no GPU.

    Raises
    ------
    UserError
        If the environment asks for another device than `hfsr.training.hardware.device`, or for a way of training that is
        not the one of this package (every process holds the network and takes its share of a batch).

    Examples
    --------
    >>> state().num_processes  # without `accelerate launch`
    1
    """
    _check_environment()
    return PartialState(cpu=hardware.device().type == "cpu", timeout=PATIENCE)


def accelerator() -> Accelerator:
    """What prepares a network and averages its gradients: float32, an iteration a batch, nothing compiled; see `state`.

    Examples
    --------
    >>> accelerator().mixed_precision, accelerator().gradient_accumulation_steps
    ('no', 1)
    """
    _check_environment()
    return Accelerator(
        cpu=hardware.device().type == "cpu",
        mixed_precision="no",  # the training loop has an autocast of its own, for the loss only
        # A plugin, as the plain argument gives way to ACCELERATE_GRADIENT_ACCUMULATION_STEPS.
        gradient_accumulation_plugin=GradientAccumulationPlugin(num_steps=1),
        dynamo_plugin=TorchDynamoPlugin(backend="no"),
    )


def _check_environment() -> None:
    for way in OTHER_WAYS:
        name = f"ACCELERATE_USE_{way}"
        if _is_set(name):
            raise UserError(f"{name} is set: hfsr trains by plain data parallelism only; unset it (accelerate config)")
    if os.environ.get("ACCELERATE_FP8_BACKEND", "NO") != "NO":  # it converts layers, whatever the precision
        raise UserError("ACCELERATE_FP8_BACKEND is set: hfsr multiplies in bf16 or float32; unset it")
    device = hardware.device().type
    asked = os.environ.get("ACCELERATE_TORCH_DEVICE", device)
    if asked.split(":")[0] != device:
        raise UserError(f"ACCELERATE_TORCH_DEVICE = {asked}: hfsr computes on {device} here; unset it")
    if device != "cpu" and _is_set("ACCELERATE_USE_CPU"):
        raise UserError("ACCELERATE_USE_CPU is set, but there is a GPU: hide it as well, with CUDA_VISIBLE_DEVICES=''")


def _is_set(name: str) -> bool:
    """Whether a switch of Accelerate's is on; it takes these words for that."""
    return os.environ.get(name, "").lower() in ("1", "true", "t", "yes", "y", "on")


def count() -> int:
    """How many processes train together.

    Examples
    --------
    >>> count() >= 1
    True
    """
    return int(state().num_processes)


def is_main() -> bool:
    """Whether this is the process that measures and writes files.

    Examples
    --------
    >>> is_main()  # of one process
    True
    """
    return bool(state().is_main_process)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep a run's folder to this run, until it is measured and its record lies there: the main process does so.

    Raises
    ------
    TakenError
        If another run is at work in it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, alone(Path(folder)):
    ...     print([path.name for path in Path(folder).iterdir()])
    ['.lock']
    """
    with exclusive(folder) if is_main() else nullcontext():
        yield


def own(batch: int) -> slice:
    """Which crops or images of a batch are this process's: each `count()`-th.

    Raises
    ------
    UserError
        If the batch does not go evenly into the processes.

    Examples
    --------
    >>> own(4)  # with one process
    slice(0, None, 1)
    """
    if batch % count():
        raise UserError(f"a batch of {batch} does not go evenly into {count()} processes: start another number of them")
    return slice(state().process_index, None, count())


def mean(value: Tensor) -> Tensor:
    """Mean of a number over the processes.

    Examples
    --------
    >>> mean(torch.tensor(3.0))  # of one process
    tensor(3.)
    """
    return reduce(value, "mean") if count() > 1 else value


def weight(elements: Tensor) -> Tensor | float:
    """What this process's mean over its `elements` counts for, as gradients are averaged over the processes.

    The mean over all elements of the whole batch is the average over processes of weight times mean.

    Examples
    --------
    >>> weight(torch.tensor(12))  # with one process
    1.0
    """
    if count() == 1:
        return 1.0
    return elements / mean(elements.to(torch.float64)).clamp(min=1 / count())
