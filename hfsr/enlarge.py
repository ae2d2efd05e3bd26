"""Enlarge a whole set of small images by a named method: what the classifier is trained on (Section IV.C)."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from hfsr import paths, runs
from hfsr.errors import UserError
from hfsr.files import sha256
from hfsr.images import resize_bicubic, to_uint8
from hfsr.models import SRCNN, WDSR, store
from hfsr.upscale import through

PLAIN = ("original", "bicubic")  # the methods that need no network


def network(method: str) -> WDSR | SRCNN:
    """The published super-resolution network of that name.

    Raises
    ------
    UserError
        If there is none, or it is no network that enlarges x2.
    """
    if method not in store.published():
        known = ", ".join((*PLAIN, *store.published()))
        raise UserError(f"no method is called {method!r}: choose one of {known}; hfsr publish adds a trained model")
    model = store.load_model(method)
    if not isinstance(model, WDSR | SRCNN):
        raise UserError(f"{method} is a {type(model).__name__}: images are enlarged by a super-resolution network")
    if model.scale != 2:
        raise UserError(f"{method} enlarges x{model.scale}: the study enlarges x2")
    return model


def weights_digest(method: str) -> str | None:
    """SHA-256 of the file of the network that enlarges, as records hold it; None where there is no network."""
    if method in PLAIN:
        return None
    network(method)
    return sha256(paths.weights() / f"{method}.safetensors")


def enlarger(method: str) -> dict[str, Any]:
    """What a record holds of the method that enlarged its images: alpha, mask, and the SHA-256 of the network's weights."""
    digest = weights_digest(method)
    trained = runs.record(method) if digest else {"alpha": None, "mask": None}
    return {"alpha": trained["alpha"], "mask": trained["mask"], "enlarger_sha256": digest}


def enlarge(method: nn.Module | str, images: Tensor, batch: int = 32, bf16: bool = False) -> Tensor:
    """Enlarge a set of images of one size x2, many at a time; the result is that of each image alone, to the bit.

    In float32 it is that of `hfsr.upscale.upscale` too.

    Parameters
    ----------
    method : Module or str
        A super-resolution network (float32, evaluation mode), or a name: "original" (the images come back as they are),
        "bicubic", a published model.
    images : Tensor, (N, 3, H, W), uint8
    batch : int
        Images at a time; changes the speed and the memory needed only.
    bf16 : bool
        Have networks multiply in bfloat16, see `hfsr.upscale.through`: faster where the processor has units for it.

    Returns
    -------
    Tensor
        uint8, (N, 3, 2H, 2W), on the CPU; (N, 3, H, W) for "original".

    Raises
    ------
    UserError
        For a name that is not known, or a network of another scale.
    ValueError
        If the images are not uint8.
    """
    if images.dtype != torch.uint8 or images.ndim != 4:
        raise ValueError(f"expected uint8 images (N, 3, H, W), not {images.dtype} {tuple(images.shape)}")
    if method == "original":
        return images
    double = _doubling(network(method) if isinstance(method, str) and method != "bicubic" else method, bf16)
    count, channels, height, width = images.shape
    enlarged = torch.empty(count, channels, 2 * height, 2 * width, dtype=torch.uint8)
    with torch.inference_mode():
        for source, target in zip(images.split(batch), enlarged.split(batch), strict=True):
            target.copy_(double(source))
    return enlarged


def _doubling(method: nn.Module | str, bf16: bool) -> Callable[[Tensor], Tensor]:
    """What enlarges a batch, uint8 to uint8."""
    if not isinstance(method, nn.Module):
        return lambda images: resize_bicubic(images, 2)
    device = next(method.parameters()).device
    return lambda images: to_uint8(through(method, images.to(device), bf16))
