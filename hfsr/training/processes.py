"""Several processes that train one network: each takes its share of every batch (Accelerate underneath).

With one process, which is the usual case, nothing here does anything.
"""

from typing import Any

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
    """How many processes train together.

    Examples
    --------
    >>> count() >= 1
    True
    """
    return int(state().num_processes)


def is_main() -> bool:
    """Whether this is the process that measures and writes files."""
    return bool(state().is_main_process)


def wait() -> None:
    """Go on when all processes have come here."""
    state().wait_for_everyone()


def part(batch: Any) -> Any:
    """Take from every field of a batch each `count()`-th element: the share of this process.

    Parameters
    ----------
    batch : tuple
        Named or not; its fields are tensors or tuples with one element an image.

    Raises
    ------
    UserError
        If the batch does not go evenly into the processes.

    Examples
    --------
    >>> batch = (torch.arange(4), (5, 6, 7, 8))
    >>> part(batch) == batch  # with one process
    True
    """
    processes, images = count(), len(batch[0])
    if processes == 1:
        return batch
    if images % processes:
        raise UserError(
            f"a batch of {images} does not go evenly into {processes} processes: start another number of them"
        )
    fields = [field[state().process_index :: processes] for field in batch]
    return batch._make(fields) if hasattr(batch, "_make") else tuple(fields)


def mean(value: Tensor) -> Tensor:
    """Mean of a number over the processes."""
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
