"""What upscales a part of a picture: bicubic interpolation, or a network (Section IV.C)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from hfsr.errors import UserError
from hfsr.images.bicubic import mirrored_bicubic, resize_bicubic
from hfsr.images.convert import from_unit, to_float, to_rgb

Upscale = Callable[[Tensor], Tensor]


def bicubic(scale: int) -> Upscale:
    """MATLAB's rule, to the bit where the picture is uint8.

    Examples
    --------
    >>> bicubic(2)(torch.zeros(1, 4, 6)).shape
    torch.Size([1, 8, 12])
    """
    return lambda part: (
        resize_bicubic(part, scale)
        if part.dtype == torch.uint8
        else from_unit(mirrored_bicubic(to_float(part)[None], scale)[0], part.dtype)
    )


def by_network(network: nn.Module) -> tuple[int, int, Upscale]:
    """A network's scale, its halo in small pixels, and what upscales a part of a picture by it.

    Raises
    ------
    UserError
        If it is no network that upscales.

    Examples
    --------
    >>> from hfsr.models import WDSR
    >>> by_network(WDSR())[:2]
    (2, 18)
    """
    if not hasattr(network, "scale"):
        raise UserError(f"a {type(network).__name__} upscales nothing: choose a super-resolution network")
    device = next(network.parameters()).device

    def upscale_part(part: Tensor) -> Tensor:
        result = through(network, to_float(to_rgb(part)).to(device)[None])[0].cpu()
        return from_unit(result.mean(dim=0, keepdim=True) if len(part) == 1 else result, part.dtype)

    return int(network.scale), int(network.halo), upscale_part  # type: ignore[arg-type]


def through(network: nn.Module, images: Tensor, bf16: bool = False) -> Tensor:
    """Send a batch through a network; an image's result does not depend on the others, nor on how many there are.

    Parameters
    ----------
    network : Module
    images : Tensor, (N, 3, H, W), uint8, or floats in [0, 1]
        On the network's device.
    bf16 : bool
        Multiply in bfloat16, all but the way of the image itself: within one grey level of float32, and mostly equal to it.

    Returns
    -------
    Tensor
        float32, (N, 3, scale*H, scale*W), about [0, 1].

    Examples
    --------
    >>> from hfsr.models import SRCNN
    >>> through(SRCNN().eval(), torch.zeros(2, 3, 8, 8, dtype=torch.uint8)).shape
    torch.Size([2, 3, 16, 16])
    """
    batch = to_float(images).contiguous(memory_format=torch.channels_last)
    if len(batch) == 1 and batch.numel() <= 20480:
        # One small image alone is convolved by another kernel of torch, which rounds differently.
        batch = batch.expand(2, -1, -1, -1).contiguous(memory_format=torch.channels_last)
    with torch.autocast(images.device.type, dtype=torch.bfloat16, enabled=bf16):
        return network(batch)[: len(images)]
