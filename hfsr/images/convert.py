"""Between uint8 and floating point, grey and colour, any size and a multiple."""

import torch
from torch import Tensor


def to_rgb(image: Tensor) -> Tensor:
    """Three equal channels from a grey picture (a view); colour is returned as it is.

    Examples
    --------
    >>> to_rgb(torch.zeros(1, 4, 6)).shape
    torch.Size([3, 4, 6])
    """
    return image.expand(3, -1, -1) if image.shape[0] == 1 else image


def crop_to_multiple(image: Tensor, scale: int) -> Tensor:
    """Cut rows at the bottom and columns at the right until both sizes are multiples of `scale` (a view).

    Examples
    --------
    >>> crop_to_multiple(torch.zeros(3, 7, 10), 2).shape
    torch.Size([3, 6, 10])
    """
    height, width = image.shape[-2:]
    return image[..., : height - height % scale, : width - width % scale]


def to_float(image: Tensor) -> Tensor:
    """uint8 in [0, 255] to float32 in [0, 1].

    Examples
    --------
    >>> to_float(torch.tensor([0, 51, 255], dtype=torch.uint8))
    tensor([0.0000, 0.2000, 1.0000])
    """
    return image.float() / 255


def to_uint8(image: Tensor) -> Tensor:
    """Float in [0, 1] to uint8: clipped and rounded to the nearest grey level.

    Examples
    --------
    >>> to_uint8(torch.tensor([-0.1, 0.5, 1.2]))
    tensor([  0, 128, 255], dtype=torch.uint8)
    """
    return (image.float() * 255).round_().clamp_(0, 255).to(torch.uint8)


def uint8_image(image: Tensor) -> Tensor:
    """The image itself; a ValueError if it is not a uint8 one of three or four dimensions with pixels in it.

    Examples
    --------
    >>> uint8_image(torch.zeros(3, 2, 2, dtype=torch.uint8)).shape
    torch.Size([3, 2, 2])
    """
    if image.dtype != torch.uint8 or image.ndim not in (3, 4) or image.numel() == 0:
        raise ValueError(f"expected a uint8 image (C, H, W), not {image.dtype} {tuple(image.shape)}")
    return image
