"""Layers that compute in float32 whatever surrounds them."""

from contextlib import AbstractContextManager, nullcontext

import torch


def full_precision(device: torch.device) -> AbstractContextManager[object]:
    """Turn autocast off, on a device that knows it; meta tensors, for one, do not.

    Examples
    --------
    >>> layer, x = torch.nn.Linear(1, 1), torch.ones(1, 1)
    >>> with torch.autocast("cpu", dtype=torch.bfloat16):
    ...     rounded = layer(x)
    ...     with full_precision(x.device):
    ...         exact = layer(x)
    >>> rounded.dtype, exact.dtype
    (torch.bfloat16, torch.float32)
    """
    if not torch.amp.is_autocast_available(device.type):
        return nullcontext()
    return torch.autocast(device.type, enabled=False)
