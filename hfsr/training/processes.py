"""Several processes that train one network: each takes its share of every batch (Accelerate underneath).

With one process, which is the usual case, nothing here does anything.
"""

import torch
from accelerate import PartialState
from accelerate.utils import reduce
from torch import Tensor

from hfsr.errors import UserError
from hfsr.training import hardware


def state() -> PartialState:
    """Accelerate's knowledge of the processes; on the CPU they are only seen where it is told that there is no GPU."""
    return PartialState(cpu=hardware.device().type == "cpu")


def count() -> int:
    """How many processes train together."""
    return int(state().num_processes)


def is_main() -> bool:
    """Whether this is the process that measures and writes files."""
    return bool(state().is_main_process)


def wait() -> None:
    """Go on when all processes have come here."""
    state().wait_for_everyone()


def own(batch: int) -> slice:
    """Which crops or images of a batch are this process's: each `count()`-th.

    Raises
    ------
    UserError
        If the batch does not go evenly into the processes.
    """
    if batch % count():
        raise UserError(f"a batch of {batch} does not go evenly into {count()} processes: start another number of them")
    return slice(state().process_index, None, count())


def mean(value: Tensor) -> Tensor:
    """Mean of a number over the processes."""
    return reduce(value, "mean") if count() > 1 else value


def weight(elements: Tensor) -> Tensor | float:
    """What this process's mean over its `elements` counts for, as gradients are averaged over the processes.

    The mean over all elements of the whole batch is the average over processes of weight times mean.
    """
    if count() == 1:
        return 1.0
    return elements / mean(elements.to(torch.float64)).clamp(min=1 / count())
