"""Pictures read from files and written to them."""

import errno
import os
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image
from torch import Tensor

from hfsr.errors import UserError
from hfsr.files import atomic
from hfsr.images import decode
from hfsr.images.convert import to_8_bits, uint8_image

LOSSY = (".jpg", ".jpeg")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")


def read(path: Path | str) -> Tensor:
    """Read a picture, turned upright by its EXIF orientation.

    Colour comes as three channels, grey as one. Converted: palettes, black-and-white and CMYK (by Pillow's plain rule,
    without colour profiles), 16 bits (the high byte is kept), an alpha channel that is opaque everywhere (dropped).
    Refused: transparency, several frames or pages, and pixels that are 32-bit or floating-point numbers.

    Parameters
    ----------
    path : path of a PNG, JPEG, WebP, BMP, TIFF or GIF file

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
    >>> import torch
    >>> path = Path(tempfile.mkdtemp()) / "grey.png"
    >>> write(path, torch.full((1, 4, 6), 128, dtype=torch.uint8))
    >>> read(path).shape
    torch.Size([1, 4, 6])
    """
    with decode.opened(path, path) as file:
        pixels = decode.planes(file, path)
    if len(pixels) in (2, 4):
        raise UserError(f"{path}: has transparent pixels; flatten it onto a background first")
    return to_8_bits(pixels)


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

    Examples
    --------
    >>> import tempfile
    >>> import torch
    >>> path = Path(tempfile.mkdtemp()) / "grey.png"
    >>> write(path, torch.full((1, 2, 3), 128, dtype=torch.uint8))
    >>> read(path)
    tensor([[[128, 128, 128],
             [128, 128, 128]]], dtype=torch.uint8)
    """
    check_target(path)
    if image.ndim != 3 or len(image) not in (1, 3):
        raise ValueError(f"expected a uint8 image (1, H, W) or (3, H, W), not {tuple(image.shape)}")
    uint8_image(image)
    with atomic(path) as part:
        save(part, Path(path).suffix.lower(), image)


def check_target(path: Path | str, lossless: bool = False) -> None:
    """Refuse (`UserError`) a place where no picture can be written: better before a long computation than after.

    Parameters
    ----------
    path : path
        Its suffix must be one of `SUFFIXES`, and its folder one that is there and can be written to, or can be made.
    lossless : bool
        Refuse JPEG too.

    Examples
    --------
    >>> check_target("photo.doc")
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: photo.doc: ...
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(f"{path}: the name of a picture must end in one of {' '.join(SUFFIXES)}")
    if lossless and path.suffix.lower() in LOSSY:
        raise UserError(f"{path}: JPEG would blur it; choose a name that ends in .png")
    folder = next((each for each in path.parents if os.path.lexists(each)), path)  # none of a drive that is not there
    if not folder.is_dir():
        raise UserError(f"{path.parent}: cannot be made ({os.strerror(errno.ENOTDIR)}); choose another folder")
    if not os.access(folder, os.W_OK):
        raise UserError(f"{path.parent}: cannot be written to; choose another folder")


def save(target: Path | BinaryIO, suffix: str, image: Tensor, **options: Any) -> None:
    """Have Pillow write planes as they are: JPEG at high quality with its full colour, WebP without loss of what can be seen.

    Parameters
    ----------
    target : path or binary file
    suffix : str
        One of `SUFFIXES`: it names the format.
    image : Tensor, (C, H, W), uint8, or uint16 of one channel
    **options
        Pillow's for this format.

    Examples
    --------
    >>> import io
    >>> import torch
    >>> stream = io.BytesIO()
    >>> save(stream, ".png", torch.zeros(4, 2, 2, dtype=torch.uint8))
    >>> Image.open(stream).mode
    'RGBA'
    """
    pixels = image.cpu().numpy()
    picture = Image.fromarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0))
    if suffix in LOSSY:
        options |= {"quality": 95, "subsampling": 0}
    elif suffix == ".webp":
        options |= {"lossless": True}
    picture.save(target, format=Image.registered_extensions()[suffix], **options)
