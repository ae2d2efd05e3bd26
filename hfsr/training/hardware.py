"""What the machine is, in words for a record, and what it computes with."""

import ctypes
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import torch

THEN = ", then "  # between the devices that a run was trained on, one after the other
SAMPLED = 0.3  # seconds that the cores are watched for
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # from malloc.h
_only_float32 = ContextVar("_only_float32", default=False)


def _processor() -> Mapping[str, Any]:
    """What torch knows of the processor; older versions know nothing."""
    return torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}


def device() -> torch.device:
    """Where a network computes: the GPU where there is one. Its float32 is float32: TF32, of 10 bits, is turned off.

    Examples
    --------
    >>> device().type in ("cpu", "cuda")
    True
    """
    if not torch.cuda.is_available():
        return torch.device("cpu")
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    return torch.device("cuda")


def bf16_units() -> bool:
    """Whether the default device multiplies in bfloat16 by itself (otherwise bf16 is slower than float32, not faster).

    Examples
    --------
    >>> bf16_units() in (True, False)
    True
    """
    if _only_float32.get():
        return False
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = _processor()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


@contextmanager
def only_float32() -> Iterator[None]:
    """Multiply in float32 until the block ends, whatever units there are.

    Examples
    --------
    >>> with only_float32():
    ...     precision()
    'float32'
    """
    before = _only_float32.set(True)
    try:
        yield
    finally:
        _only_float32.reset(before)


def precision() -> str:
    """What training and upscaling of whole sets multiply in here: "bf16" where the device has units for it, else "float32".

    Examples
    --------
    >>> precision() in ("bf16", "float32")
    True
    """
    return "bf16" if bf16_units() else "float32"


def keep_memory() -> None:
    """Have the C library keep what is freed for the next iteration instead of handing it back to the system (glibc only).

    Otherwise every large tensor is mapped, cleared and unmapped anew, page by page: in ResNets at 64x64 that is a third
    of an iteration's time on the CPU and more. Holds for the process from then on.

    Examples
    --------
    >>> keep_memory()  # once, before the first iteration
    """
    with suppress(OSError, AttributeError):  # another C library
        mallopt = ctypes.CDLL("libc.so.6").mallopt
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, -1)


def share_cores(most: int) -> int:
    """Compute with as many threads as there are idle cores now, at most so many, and say with how many.

    The training loop asks at its start, when iterations have become slow, and from time to time while it has fewer than at
    first. torch's threads wait for each other: where other work takes a core from one of them, all stand still, and two threads
    are several times slower than one. Another number of threads may change a sum's last bits; records name it.

    Examples
    --------
    >>> share_cores(1)
    1
    """
    import psutil  # here and not above: to name the device of a picture's upscaling needs no extra

    threads = torch.get_num_threads()
    if most > 1 and not torch.cuda.is_available():  # a GPU does not wait for them
        idle = sum(1 - busy / 100 for busy in psutil.cpu_percent(interval=SAMPLED, percpu=True))
        threads = max(1, min(most, round(idle)))
        torch.set_num_threads(threads)
    return threads


def send(tensor: torch.Tensor, where: torch.device) -> torch.Tensor:
    """A tensor on a device; on the way from the CPU to a GPU nobody waits for it.

    Examples
    --------
    >>> send(torch.ones(2), torch.device("cpu"))
    tensor([1., 1.])
    """
    if where.type == "cuda" and tensor.device.type == "cpu":
        return tensor.pin_memory().to(where, non_blocking=True)
    return tensor.to(where)


def describe() -> str:
    """Processor (or GPUs that train together), cores, threads in use and bf16 units, in one line without the machine's name.

    Examples
    --------
    >>> "thread" in describe()
    True
    """
    bf16 = "bf16 units" if bf16_units() else "no bf16 units"
    if torch.cuda.is_available():
        count = torch.distributed.get_world_size() if torch.distributed.is_initialized() else 1
        return f"{count} x {torch.cuda.get_device_name()}, {bf16}"
    capabilities = _processor()
    name = capabilities.get("cpu_name") or platform.processor() or platform.machine()
    cores = capabilities.get("num_physical_cores") or torch.get_num_threads()
    threads = torch.get_num_threads()
    return f"{name} CPU, {cores} cores, {threads} thread{'s' if threads > 1 else ''}, {bf16}"


def is_processor(description: str) -> bool:
    """Whether that is what `describe` says of a machine without a GPU.

    Examples
    --------
    >>> is_processor("AMD EPYC CPU, 2 cores, 1 thread, bf16 units"), is_processor("1 x NVIDIA H200, bf16 units")
    (True, False)
    """
    return " CPU, " in description
