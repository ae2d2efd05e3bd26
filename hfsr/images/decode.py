"""Still pictures as Pillow decodes them: every kind of pixel as planes, and one wording for what is wrong with a file."""

import ctypes
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import Base
from torch import Tensor

from hfsr.errors import UserError

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF")
SEVERAL = {"GIF": "frames", "WEBP": "frames", "PNG": "frames", "TIFF": "pages"}  # a camera's MPO is a photograph
# Tags of TIFF: grey may count from white; planes may lie one after the other; some hold 12 bits.
BITS, COMPRESSION, PHOTOMETRIC, PLANES = 258, 259, 262, 284
UNCOMPRESSED, WHITE_IS_ZERO, APART = 1, 0, 2
TWELVE = (12,)
UPRIGHT = {  # what turns a picture of each of EXIF's orientations upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ALPHA = ("LA", "P", "PA", "RGBA")  # modes that may hide pixels
DAMAGE = (  # what Pillow raises
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    LookupError,
    ArithmeticError,
    AttributeError,
    struct.error,
)


@contextmanager
def opened(source: Path | str | BinaryIO, name: Path | str) -> Iterator[Image.Image]:
    """Open a still picture; what is wrong with it, while the block decodes it too, is a `UserError` that names it.

    Examples
    --------
    >>> with opened("gone.png", "gone.png"):
    ...     pass
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: gone.png: no such file
    """
    try:
        with _LIBTIFF.silent(), Image.open(source, formats=FORMATS) as file:
            if file.format in SEVERAL and (count := getattr(file, "n_frames", 1)) > 1:
                raise UserError(f"{name}: has {count} {SEVERAL[file.format]}; save the one that you mean by itself")
            yield file
    except FileNotFoundError as error:
        gone = "a link that leads nowhere" if Path(name).is_symlink() else "no such file"
        raise UserError(f"{name}: {gone}") from error
    except IsADirectoryError as error:
        raise UserError(f"{name}: a folder, not a picture") from error
    except UnidentifiedImageError as error:
        raise UserError(f"{name}: not a picture that can be read (PNG, JPEG, WebP, BMP, TIFF or GIF)") from error
    except Image.DecompressionBombError as error:
        raise UserError(f"{name}: too large ({error}); cut it into parts") from error
    except UserError:
        raise
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno:  # no permission, no such device
            raise UserError(f"{name}: cannot be read ({error.strerror}); mend that, or name another picture") from error
        raise UserError(f"{name}: damaged or cut off ({error}); get the file again") from error


class _Libtiff:
    """Keeps libtiff from writing to standard error what Pillow raises too; one that is hidden inside Pillow goes on writing.

    Its handler of errors is one for all threads: the first picture that is opened takes it away, the last that is closed gives
    it back.
    """

    def __init__(self) -> None:
        self.lock, self.open, self.handler = Lock(), 0, None
        self.set: Any = None
        with suppress(OSError, AttributeError):
            self.set = ctypes.CDLL(Image.core.__file__).TIFFSetErrorHandler
            self.set.argtypes, self.set.restype = [ctypes.c_void_p], ctypes.c_void_p

    @contextmanager
    def silent(self) -> Iterator[None]:
        with self.lock:
            if self.set and not self.open:
                self.handler = self.set(None)
            self.open += 1
        try:
            yield
        finally:
            with self.lock:
                self.open -= 1
                if self.set and not self.open:
                    self.set(self.handler)


_LIBTIFF = _Libtiff()


def is_deep(file: Image.Image) -> bool:
    """Whether the file holds 16 bits a channel; to be asked before anything is decoded.

    Examples
    --------
    >>> is_deep(Image.new("RGB", (2, 2)))
    False
    """
    return any(";16" in str(tile) for tile in getattr(file, "tile", []))


def orientation(file: Image.Image) -> int:
    """EXIF's orientation of a decoded picture, 1 to 8; 1, upright, where it says none or cannot be read.

    A TIFF is turned while it is decoded, and says no more about it.

    Examples
    --------
    >>> orientation(Image.new("RGB", (2, 2)))
    1
    """
    try:
        found = file.getexif().get(Base.Orientation, 1)
    except Exception:  # damaged EXIF has Pillow raise errors of any kind
        return 1
    return found if found in UPRIGHT else 1


def planes(file: Image.Image, name: Path | str) -> Tensor:
    """The pixels of an opened picture, turned upright as its EXIF data says.

    Parameters
    ----------
    file : PIL.Image.Image
    name : str or path
        Of the file, for messages.

    Returns
    -------
    Tensor
        uint8, or uint16 from grey of 16 bits; (C, H, W), where C is 1 (grey), 2 (grey and alpha), 3 (colour) or 4 (colour
        and alpha). There is no alpha channel where it would be opaque everywhere.

    Raises
    ------
    UserError
        For pixels that are 32-bit or floating-point numbers, for 16 bits a channel of which one colour is hidden, and for
        those of a TIFF that lie plane by plane, uncompressed, which Pillow reads wrongly.

    Examples
    --------
    >>> planes(Image.new("RGBA", (6, 4), (255, 0, 0, 128)), "red.png").shape
    torch.Size([4, 4, 6])
    """
    if is_deep(file) and isinstance(file.info.get("transparency"), tuple):  # read with 8 bits it would hide others too
        raise UserError(f"{name}: hides one colour of 16 bits a channel; save it with an alpha channel")
    tags = dict(getattr(file, "tag_v2", {}))
    if (tags.get(PLANES), tags.get(COMPRESSION)) == (APART, UNCOMPRESSED) and max(tags.get(BITS, (8,))) > 8:
        raise UserError(f"{name}: 16 bits a channel, plane by plane; save it as PNG, or as a compressed TIFF")
    file.load()
    turn = UPRIGHT.get(orientation(file))
    pixels = np.asarray(_known(file if turn is None else file.transpose(turn), name))
    pixels = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    if pixels.dtype == np.uint16 and tags.get(BITS) == TWELVE:
        pixels = pixels << 4 | pixels >> 8
    if pixels.dtype == np.uint16 and tags.get(PHOTOMETRIC) == WHITE_IS_ZERO:
        pixels = ~pixels  # which Pillow does to 8 bits alone
    return torch.from_numpy(np.array(pixels, pixels.dtype.newbyteorder("="), order="C"))


def _known(picture: Image.Image, name: Path | str) -> Image.Image:
    """The picture in mode L, LA, RGB, RGBA or I;16."""
    mode = picture.mode
    if mode.startswith("I;16"):
        return _deep_grey(picture)
    if mode in ALPHA or "transparency" in picture.info:
        colour, grey = picture.convert("RGBA"), mode in ("1", "L", "LA")
        opaque = colour.getchannel("A").getextrema() == (255, 255)
        return colour.convert(("L" if opaque else "LA") if grey else ("RGB" if opaque else "RGBA"))
    if mode in ("L", "RGB"):
        return picture
    if mode == "1":
        return picture.convert("L")
    if mode in ("CMYK", "YCbCr", "HSV", "RGBX"):
        return picture.convert("RGB")
    raise UserError(f"{name}: pixels of kind {mode} are not read; save it as RGB or grey with 8 bits a channel")


def _deep_grey(picture: Image.Image) -> Image.Image:
    """Grey of 16 bits; with a transparent level of it, 8 bits and alpha, as Pillow knows no alpha of 16."""
    level = picture.info.get("transparency")
    deep = np.asarray(picture)
    if level is None or not (deep == level).any():
        return picture
    return Image.fromarray(np.stack([deep >> 8, (deep != level) * 255], axis=-1).astype(np.uint8))
