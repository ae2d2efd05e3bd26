"""Pictures read from files and written to them."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from hfsr.errors import UserError
from hfsr.files import atomic
from hfsr.images.convert import uint8_image

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

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "grey.png"
    >>> write(path, torch.full((1, 2, 3), 128, dtype=torch.uint8))
    >>> read(path)
    tensor([[[128, 128, 128],
             [128, 128, 128]]], dtype=torch.uint8)
    """
    check_target(path)
    if image.ndim != 3 or len(image) not in (1, 3):
        raise ValueError(f"expected a uint8 image (1, H, W) or (3, H, W), not {tuple(image.shape)}")
    planes = uint8_image(image).cpu().numpy()
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
