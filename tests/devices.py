"""What a GPU refuses, refused where there is none: reading values back, and mixing devices ("meta" stands for the GPU)."""

from functools import partial

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

MOVES = ("_to_copy", "copy_")  # which may take from one device to another


class OneDevice(TorchDispatchMode):
    """Refuses what mixes tensors of two devices, as a GPU does; the meta device by itself lets an index from the CPU pass."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        tensors = [each for each in tree_leaves((args, kwargs or {})) if isinstance(each, Tensor)]
        # A single number may come from the CPU.
        devices = {each.device.type for each in tensors if each.ndim or each.device.type != "cpu"}
        if len(devices) > 1 and function.overloadpacket.__name__ not in MOVES:
            raise AssertionError(f"{function} mixes {sorted(devices)}")
        return function(*args, **(kwargs or {}))


class NoHost(TorchDispatchMode):
    """The CPU, as strict as a GPU in a CUDA graph: what reads a value back or depends on one raises; the rest is counted."""

    HOST = ("_local_scalar_dense", "item", "equal", "is_nonzero", "nonzero", "masked_select", "lift_fresh", "_unique2")
    READS = ("tolist", "numpy", "__array__")  # without an operation that a mode is told of

    def __init__(self):
        super().__init__()
        self.count = 0

    def __enter__(self):
        self.kept = {name: getattr(Tensor, name) for name in self.READS}
        for name in self.READS:
            setattr(Tensor, name, partial(_refuse, name))
        return super().__enter__()

    def __exit__(self, *how):
        for name, method in self.kept.items():
            setattr(Tensor, name, method)
        return super().__exit__(*how)

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.overloadpacket.__name__
        indices = args[1] if name.startswith("index") and isinstance(args[1], list | tuple) else ()
        boolean_index = any(isinstance(index, Tensor) and index.dtype == torch.bool for index in indices)
        if name in self.HOST or boolean_index:
            raise AssertionError(f"{function} needs the host")
        self.count += 1
        return function(*args, **(kwargs or {}))


def _refuse(name, *_):
    raise AssertionError(f"{name} needs the host")


def on_another(shape: tuple[int, ...], dtype: torch.dtype = torch.uint8) -> Tensor:
    """A tensor on another device than the CPU."""
    return torch.empty(shape, dtype=dtype, device="meta")
