"""Between whole numbers and floating point, grey and colour, arrays and tensors, any size and a multiple."""

import numpy as np
import torch
from torch import Tensor

TOP = {torch.uint8: 255, torch.uint16: 65535}  # what stands for 1


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
    """uint8 in [0, 255] or uint16 in [0, 65535] to float32 in [0, 1]; floats are in [0, 1] already.

    Examples
    --------
    >>> to_float(torch.tensor([0, 51, 255], dtype=torch.uint8))
    tensor([0.0000, 0.2000, 1.0000])
    """
    return image.float() / TOP.get(image.dtype, 1)


def to_uint8(image: Tensor) -> Tensor:
    """Float in [0, 1] to uint8: clipped and rounded to the nearest grey level.

    Examples
    --------
    >>> to_uint8(torch.tensor([-0.1, 0.5, 1.2]))
    tensor([  0, 128, 255], dtype=torch.uint8)
    """
    return from_unit(image, torch.uint8)


def from_unit(image: Tensor, dtype: torch.dtype) -> Tensor:
    """Float in [0, 1] to a picture of any kind, clipped; what `to_float` undoes.

    Examples
    --------
    >>> from_unit(torch.tensor([-0.1, 0.5, 1.2]), torch.float32)
    tensor([0.0000, 0.5000, 1.0000])
    """
    if dtype not in TOP:
        return image.clamp(0, 1).to(dtype)
    return (image.float() * TOP[dtype]).round_().clamp_(0, TOP[dtype]).to(dtype)


def to_8_bits(image: Tensor) -> Tensor:
    """The high byte of a uint16 picture; one of uint8 as it is.

    Examples
    --------
    >>> to_8_bits(torch.tensor([255, 256], dtype=torch.uint16))
    tensor([0, 1], dtype=torch.uint8)
    """
    return image if image.dtype == torch.uint8 else (image.int() >> 8).to(torch.uint8)


def to_planes(image: "Tensor | np.ndarray") -> Tensor:
    """A picture as (C, H, W): an array (H, W, C) or (H, W) is turned, a tensor is taken as it is.

    Parameters
    ----------
    image : ndarray, (H, W) or (H, W, C), or Tensor, (C, H, W)
        C = 1 (grey), 2 (grey and alpha), 3 (colour) or 4 (colour and alpha); uint8, uint16, or floats in [0, 1].

    Raises
    ------
    ValueError
        If it is none of these.

    Examples
    --------
    >>> to_planes(np.zeros((4, 6, 3), np.uint8)).shape
    torch.Size([3, 4, 6])
    """
    if isinstance(image, np.ndarray):
        native = np.require(image, image.dtype.newbyteorder("="), ["C", "W"])  # torch warns of what is read-only
        if native.dtype.kind == "f" or native.dtype in (np.uint8, np.uint16):
            image = torch.from_numpy(native[None] if native.ndim == 2 else np.moveaxis(native, -1, 0))
    if not isinstance(image, Tensor) or not (image.dtype in TOP or image.is_floating_point()):
        raise ValueError(
            f"a picture is of uint8, uint16 or floats, not {getattr(image, 'dtype', type(image).__name__)}"
        )
    if image.ndim != 3 or not 1 <= len(image) <= 4 or image.numel() == 0:
        raise ValueError(
            f"expected a picture of 1 to 4 channels, a tensor (C, H, W) or an array (H, W, C), not {image.shape}"
        )
    if image.is_floating_point() and not (image.min() >= 0 and image.max() <= 1):
        raise ValueError("floats of a picture lie in [0, 1]: divide by 255, or clip")
    return image


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
