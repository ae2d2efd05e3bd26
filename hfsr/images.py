"""Pictures as uint8 tensors: read, write, crop, and MATLAB's bicubic resizing (Section IV.A)."""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from hfsr.errors import UserError
from hfsr.files import atomic

LOSSY = (".jpg", ".jpeg")
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")


def read(path: Path | str) -> Tensor:
    """Read a picture, turned upright by its EXIF orientation.

    Colour comes as three channels, grey as one. Converted: palettes, black-and-white and CMYK (by Pillow's plain rule,
    without colour profiles), 16 bits (the high byte is kept), an alpha channel that is opaque everywhere (dropped).
    Refused: transparency, and pixels that are 32-bit or floating-point numbers.

    Parameters
    ----------
    path : path of a PNG, JPEG, WebP, BMP or TIFF file

    Returns
    -------
    Tensor
        uint8, (3, H, W) or (1, H, W).

    Raises
    ------
    UserError
        If the file is missing, broken, cut off, no picture, or of a kind refused above.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "grey.png"
    >>> write(path, torch.full((1, 4, 6), 128, dtype=torch.uint8))
    >>> read(path).shape
    torch.Size([1, 4, 6])
    """
    try:
        with Image.open(path, formats=FORMATS) as file:
            picture = _eight_bits(ImageOps.exif_transpose(file), path)
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise UserError(f"{path}: a folder, not a picture") from error
    except UnidentifiedImageError as error:
        raise UserError(f"{path}: not a picture that can be read (PNG, JPEG, WebP, BMP or TIFF)") from error
    except Image.DecompressionBombError as error:
        raise UserError(f"{path}: too large ({error}); cut it into parts") from error
    except UserError:
        raise
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, OSError) and error.errno:  # the system's own words: no permission, no such device
            raise
        raise UserError(f"{path}: damaged or cut off ({error}); get the file again") from error
    pixels = np.asarray(picture)
    planes = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    return torch.from_numpy(np.array(planes, order="C"))


def _eight_bits(picture: Image.Image, path: Path | str) -> Image.Image:
    mode = picture.mode
    if mode in ("LA", "P", "PA", "RGBA") or "transparency" in picture.info:
        colour = picture.convert("RGBA")
        if np.asarray(colour)[..., 3].min() < 255:
            raise UserError(f"{path}: has transparent pixels; flatten it onto a background first")
        return colour.convert("L" if mode in ("L", "LA") else "RGB")
    if mode in ("L", "RGB"):
        return picture.copy()
    if mode.startswith("I;16"):
        return Image.fromarray((np.asarray(picture).astype(np.uint16) >> 8).astype(np.uint8))
    if mode == "1":
        return picture.convert("L")
    if mode in ("CMYK", "YCbCr", "HSV", "RGBX"):
        return picture.convert("RGB")
    raise UserError(f"{path}: pixels of kind {mode} are not read; save it as RGB or grey with 8 bits a channel")


def write(path: Path | str, image: Tensor) -> None:
    """Write a picture in the format its suffix names, whole or not at all.

    Parameters
    ----------
    path : path ending in one of `SUFFIXES`
    image : Tensor, (3, H, W) or (1, H, W), uint8

    Raises
    ------
    UserError
        If the suffix names no known format.
    ValueError
        If the image is no uint8 picture of one or three channels.
    """
    check_target(path)
    if image.ndim != 3 or len(image) not in (1, 3):
        raise ValueError(f"expected a uint8 image (1, H, W) or (3, H, W), not {tuple(image.shape)}")
    planes = _uint8(image).cpu().numpy()
    with atomic(path) as part:
        Image.fromarray(planes[0] if len(planes) == 1 else planes.transpose(1, 2, 0)).save(part, **_options(path))


def check_target(path: Path | str, lossless: bool = False) -> None:
    """Refuse (`UserError`) a place where no picture can be written: better before a long computation than after.

    Parameters
    ----------
    path : path
        Its suffix must be one of `SUFFIXES`, and its folder one that can be made and written to.
    lossless : bool
        Refuse JPEG too.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(f"{path}: the name of a picture must end in one of {' '.join(SUFFIXES)}")
    if lossless and path.suffix.lower() in LOSSY:
        raise UserError(f"{path}: JPEG would blur it; choose a name that ends in .png")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{path.parent}: cannot be made ({error.strerror}); choose another folder") from error
    if not os.access(path.parent, os.W_OK):
        raise UserError(f"{path.parent}: cannot be written to; choose another folder")


def _options(path: Path | str) -> dict[str, Any]:
    """What keeps a picture as it is: JPEG at high quality with its full colour, WebP without loss."""
    if Path(path).suffix.lower() in LOSSY:
        return {"quality": 95, "subsampling": 0}
    return {"lossless": True} if Path(path).suffix.lower() == ".webp" else {}


def to_rgb(image: Tensor) -> Tensor:
    """Three equal channels from a grey picture (a view); colour is returned as it is."""
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


def resize_bicubic(image: Tensor, scale: float) -> Tensor:
    """Resize by MATLAB's `imresize`, bit for bit: the rule that made DIV2K's low-resolution images and the benchmarks'.

    Keys' cubic kernel with a = -0.5, widened when shrinking (no aliasing), half-pixel centres, mirrored borders; the rows
    are resized first and rounded to uint8, then the columns.

    Parameters
    ----------
    image : Tensor, (C, H, W) or (N, C, H, W), uint8
    scale : float
        Above 1 enlarges, below 1 shrinks; the new sizes are ``ceil(scale * size)``.

    Returns
    -------
    Tensor
        uint8.

    Raises
    ------
    ValueError
        If the image is not uint8 or the scale not positive.

    Examples
    --------
    >>> resize_bicubic(torch.tensor([[[0, 100]]], dtype=torch.uint8), 2)
    tensor([[[  0,  20,  80, 109],
             [  0,  20,  80, 109]]], dtype=torch.uint8)
    """
    if not (scale > 0 and math.isfinite(scale)):
        raise ValueError(f"a scale is a positive number, not {scale}")
    return _resize_along(_resize_along(_uint8(image), scale, -2), scale, -1)


def _resize_along(image: Tensor, scale: float, dimension: int) -> Tensor:
    places, weights = _taps(image.shape[dimension], scale)
    shape = [-1, 1] if dimension == -2 else [-1]
    resized = torch.zeros((), dtype=torch.float64)
    for place, weight in zip(places.unbind(1), weights.unbind(1), strict=True):
        resized = resized + image.index_select(dimension, place) * weight.view(shape)
    return (resized + 0.5).floor().clamp(0, 255).to(torch.uint8)  # MATLAB rounds halves up


def _taps(size: int, scale: float) -> tuple[Tensor, Tensor]:
    """For every output position the input positions it reads, and their weights: two (output, taps) tensors."""
    shrink = min(scale, 1.0)
    width = 4 / shrink
    centre = (torch.arange(math.ceil(size * scale), dtype=torch.float64) + 0.5) / scale - 0.5
    first = (centre - width / 2).floor()
    places = first[:, None] + torch.arange(math.ceil(width) + 2)
    weights = shrink * _cubic(shrink * (centre[:, None] - places))
    weights = weights / weights.sum(dim=1, keepdim=True)
    used = (weights != 0).any(dim=0)
    mirrored = places[:, used].long().remainder(2 * size)
    return torch.minimum(mirrored, 2 * size - 1 - mirrored), weights[:, used]


def _cubic(x: Tensor) -> Tensor:
    """Keys' cubic convolution kernel, a = -0.5."""
    x = x.abs()
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return torch.where(x <= 1, near, torch.where(x <= 2, far, 0.0))


def _uint8(image: Tensor) -> Tensor:
    if image.dtype != torch.uint8 or image.ndim not in (3, 4) or image.numel() == 0:
        raise ValueError(f"expected a uint8 image (C, H, W), not {image.dtype} {tuple(image.shape)}")
    return image
