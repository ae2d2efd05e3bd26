"""Whole pictures: pixels of every kind with the metadata that travel with them, from a file or stream to another."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import torch
from PIL.ExifTags import Base
from torch import Tensor

from hfsr.errors import UserError
from hfsr.images import decode, metadata, png_colours
from hfsr.images.convert import to_8_bits
from hfsr.images.files import LOSSY, save
from hfsr.images.metadata import Metadata

WITHOUT_ALPHA = (*LOSSY, ".bmp")
DEEP = (".png", ".tif", ".tiff")  # hold grey of 16 bits; colour of 16 bits Pillow neither reads nor writes
LONGEST = {".webp": 16383, **dict.fromkeys(LOSSY, 65500)}  # pixels a side
NOW_8_BITS = "its 16 bits a channel became 8"


@dataclass(frozen=True)
class Picture:
    """A picture as its file has it.

    Parameters
    ----------
    pixels : Tensor, (C, H, W), uint8 or uint16
        Upright; C is 1 (grey), 2 (grey and alpha), 3 (colour) or 4 (colour and alpha).
    metadata : Metadata
    lost : tuple of str
        A line for each thing that reading lost.

    Examples
    --------
    >>> Picture(torch.zeros(3, 2, 2, dtype=torch.uint8)).metadata.dpi is None
    True
    """

    pixels: Tensor
    metadata: Metadata = field(default_factory=Metadata)
    lost: tuple[str, ...] = ()


def load(source: Path | str | BinaryIO, name: Path | str) -> Picture:
    """Read a still picture of any kind, turned upright.

    Parameters
    ----------
    source : path or binary file
    name : str or path
        What it is called in messages.

    Raises
    ------
    UserError
        If the file is missing, broken, cut off, no picture, has several frames or pages, or pixels that are 32-bit or
        floating-point numbers.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "soft.png"
    >>> store(Picture(torch.full((4, 6, 8), 99, dtype=torch.uint8)), path, ".png")
    []
    >>> load(path, path).pixels.shape
    torch.Size([4, 6, 8])
    """
    with decode.opened(source, name) as file:
        deep, of_tiff = decode.is_deep(file), getattr(file, "tag_v2", {}).get(Base.Orientation)
        codes = png_colours.codes(file)
        pixels = decode.planes(file, name)
        # After the pixels: these overlook what is wrong with the file.
        about, lost = metadata.of(file, of_tiff or decode.orientation(file), codes)
    return Picture(pixels, about, (NOW_8_BITS,) * (deep and pixels.dtype == torch.uint8) + tuple(lost))


def store(picture: Picture, target: Path | BinaryIO, suffix: str) -> list[str]:
    """Write a picture with its metadata in the format that a suffix names.

    Parameters
    ----------
    picture : Picture
    target : path or binary file
        A path is written to as it is: `hfsr.files.atomic` gives one to do so in safety.
    suffix : str
        One of `hfsr.images.SUFFIXES`.

    Returns
    -------
    list of str
        A line for each thing that was lost in reading or that the format has no place for.

    Examples
    --------
    >>> import io
    >>> deep = Picture(torch.zeros(1, 4, 4, dtype=torch.uint16))
    >>> store(deep, io.BytesIO(), ".jpg")
    ['its 16 bits a channel became 8']
    """
    pixels, lost = picture.pixels, list(picture.lost)
    if pixels.dtype != torch.uint8 and suffix not in DEEP:
        pixels, lost = to_8_bits(pixels), [*lost, NOW_8_BITS]
    options, no_place = metadata.options(picture.metadata, suffix, tuple(pixels.shape))
    save(target, suffix, pixels, **options)
    return lost + no_place


def require_place(picture: Picture, suffix: str, name: Path | str, scale: int = 1) -> None:
    """Refuse (`UserError`) a format that cannot hold the picture `scale` times as large: better before than after.

    Examples
    --------
    >>> require_place(Picture(torch.zeros(4, 2, 2, dtype=torch.uint8)), ".jpg", "soft.jpg")
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: soft.jpg: .jpg holds no transparency; choose .png, .webp or .tif
    """
    if len(picture.pixels) in (2, 4) and suffix in WITHOUT_ALPHA:
        raise UserError(f"{name}: {suffix} holds no transparency; choose .png, .webp or .tif")
    longest = scale * max(picture.pixels.shape[1:])
    if longest > LONGEST.get(suffix, longest):
        raise UserError(f"{name}: {suffix} holds no {longest} pixels a side; choose .png or .tif")
