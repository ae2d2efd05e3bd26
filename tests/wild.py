"""Strange pictures as they occur in the wild, made here, and what each entrance of the command line answers to them.

What the page that runs the networks answers is in `tests/book/test_try_page.py`.
"""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin
from PIL.ExifTags import Base

HEIGHT, WIDTH = 32, 36  # room for SSIM's window and the borders
COLOUR = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
GREY = COLOUR[..., 0]
ALPHA = np.tile(np.linspace(0, 255, WIDTH).astype(np.uint8), (HEIGHT, 1))
DEEP = GREY.astype(np.uint16) * 256 + COLOUR[..., 1]

TRANSPARENT, NONE = "has transparent pixels; flatten it", "no pictures of"
DAMAGED, UNKNOWN = "damaged or cut off", "not a picture that can be read"


@dataclass(frozen=True)
class Wild:
    """A strange picture.

    Parameters
    ----------
    name : str
        Of its file.
    content : callable
        Makes the file's bytes.
    upscale, mask, sets : str or None
        Part of the line that `hfsr upscale`, `hfsr mask`, and a set of photographs (`train --data`, `evaluate`) answer with;
        None where they take it.
    """

    name: str
    content: Callable[[], bytes]
    upscale: str | None = None
    mask: str | None = None
    sets: str | None = None


def refused(name: str, content: Callable[[], bytes], why: str) -> Wild:
    return Wild(name, content, why, why, why)


def soft(name: str, content: Callable[[], bytes]) -> Wild:
    """Upscaled with its transparency; no ground truth for a loss."""
    return Wild(name, content, None, TRANSPARENT, TRANSPARENT)


def file(image: Image.Image, form: str, **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def of(pixels: np.ndarray, form: str = "PNG", **options) -> Callable[[], bytes]:
    return lambda: file(Image.fromarray(pixels), form, **options)


def several(form: str, count: int = 3, **options) -> Callable[[], bytes]:
    frames = [Image.fromarray(np.roll(COLOUR, place, axis=0)) for place in range(count)]
    return lambda: file(frames[0], form, save_all=True, append_images=frames[1:], **options)


def palette(form: str, **options) -> Callable[[], bytes]:
    return lambda: file(Image.fromarray(COLOUR).quantize(7), form, **options)


def turned() -> bytes:
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    return file(Image.fromarray(COLOUR), "JPEG", exif=exif)


def odd_exif() -> bytes:
    """A date and an orientation that are right, and a text that is stored as fractions."""
    exif = Image.Exif()
    exif.update({Base.ImageDescription: "text", Base.Orientation: 6, Base.DateTime: "2024:05:06 07:08:09"})
    exif[Base.Copyright] = 99 * "c"
    content = file(Image.fromarray(COLOUR), "JPEG", exif=exif)
    order = ">HH" if b"MM\0*" in content else "<HH"
    return content.replace(struct.pack(order, Base.ImageDescription, 2), struct.pack(order, Base.ImageDescription, 5))


def grey_of_12_bits(levels: list[int], width: int) -> bytes:
    """A TIFF, uncompressed, as Pillow does not write it."""
    bits, height = "".join(f"{level:012b}" for level in levels), len(levels) // width
    packed = int(bits, 2).to_bytes(len(bits) // 8, "big")
    tags = {
        256: width,
        257: height,
        258: 12,
        259: 1,
        262: 1,
        273: 8 + 2 + 12 * 9 + 4,
        277: 1,
        278: height,
        279: len(packed),
    }
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + entries + bytes(4) + packed


def big_endian() -> bytes:
    return file(Image.frombytes("I;16B", (WIDTH, HEIGHT), DEEP.astype(">u2").tobytes()), "TIFF")


def deep_colour() -> bytes:
    """PNG of 16 bits a channel, which Pillow does not write."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in COLOUR.astype(np.uint16) * 257)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def deep_colour_hidden() -> bytes:
    """The same with a colour that stands for transparency."""
    content, kind = deep_colour(), b"tRNS" + struct.pack(">HHH", 257, 514, 771)
    place = content.index(b"IDAT") - 4
    return content[:place] + struct.pack(">I", 6) + kind + struct.pack(">I", zlib.crc32(kind)) + content[place:]


def white_is_zero() -> bytes:
    """A TIFF of 16 bits that counts from white."""
    return file(Image.fromarray(~DEEP), "TIFF", tiffinfo={262: 0})


def linear(chunk: bytes, content: bytes) -> Callable[[], bytes]:
    """A PNG that says itself, in a chunk of its own, that its values are linear."""
    info = PngImagePlugin.PngInfo()
    info.add(chunk, content)
    return of(COLOUR, pnginfo=info)


def unit_said_twice() -> bytes:
    """A TIFF with a tag that Pillow warns of."""
    content = of(COLOUR, "TIFF", dpi=(300, 300))()
    return content.replace(struct.pack("<HHI", 296, 3, 1), struct.pack("<HHI", 296, 3, 2))


def with_a_wrong_byte() -> bytes:
    content = bytearray(of(COLOUR)())
    content[len(content) // 2] ^= 0xFF
    return bytes(content)


def with_a_wrong_code() -> bytes:
    """A TIFF whose compressed pixels, which begin after a header of 8 bytes, name what was not there before."""
    content = of(COLOUR, "TIFF", compression="tiff_lzw")()
    return content[:10] + b"\xff\xff" + content[12:]


WILD = (
    Wild("grey.png", of(GREY)),
    Wild("ein Bild, ü.png", of(COLOUR)),
    Wild("loud.JPG", of(COLOUR, "JPEG")),
    Wild("a-jpeg.png", of(COLOUR, "JPEG")),
    Wild("palette.png", palette("PNG")),
    Wild("bits.png", of(GREY > 99)),
    Wild("bits.tif", of(GREY > 99, "TIFF", compression="group4")),
    Wild("cmyk.jpg", lambda: file(Image.fromarray(COLOUR).convert("CMYK"), "JPEG")),
    Wild("cmyk.tif", lambda: file(Image.fromarray(COLOUR).convert("CMYK"), "TIFF")),
    Wild("deep-grey.png", of(DEEP)),
    Wild("deep-grey.tif", big_endian),
    Wild("grey-of-12-bits.tif", lambda: grey_of_12_bits((DEEP >> 4).ravel().tolist(), WIDTH)),
    Wild("deep-colour.png", deep_colour),
    Wild("white-is-zero.tif", white_is_zero),
    Wild("opaque.png", of(np.dstack([COLOUR, np.full_like(GREY, 255)]))),
    Wild("own-gamma.png", linear(b"gAMA", struct.pack(">I", 100_000))),
    Wild("own-codes.png", linear(b"cICP", bytes([1, 8, 0, 1]))),
    Wild("turned.jpg", turned),
    Wild("odd-exif.jpg", odd_exif),
    Wild("damaged-exif.jpg", of(COLOUR, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x05nonsense")),
    Wild(
        "preview-inside.jpg", several("MPO")
    ),  # as cameras and telephones write it: the first picture is the photograph
    Wild("unit-said-twice.tif", unit_said_twice),
    Wild("still.gif", palette("GIF"), sets=NONE),
    Wild("one-pixel.png", of(COLOUR[:1, :1]), sets="only 1x1 pixels, a picture needs 2x2"),
    soft("soft.png", of(np.dstack([COLOUR, ALPHA]))),
    soft("soft.webp", of(np.dstack([COLOUR, ALPHA]), "WEBP", lossless=True)),
    soft("soft-grey.png", of(np.dstack([GREY, ALPHA]))),
    soft("soft.tif", of(np.dstack([COLOUR, ALPHA]), "TIFF")),
    soft("soft-palette.png", palette("PNG", transparency=3)),
    soft("a-colour-hidden.png", of(COLOUR, transparency=tuple(COLOUR[3, 4].tolist()))),
    soft("a-grey-hidden.png", of(GREY, transparency=int(GREY[3, 4]))),
    soft("a-deep-grey-hidden.png", of(DEEP, transparency=int(DEEP[3, 4]))),
    Wild("hidden.gif", palette("GIF", transparency=3), mask=TRANSPARENT, sets=NONE),
    Wild("animated.gif", several("GIF"), "has 3 frames", "has 3 frames", NONE),
    refused("animated.webp", several("WEBP"), "has 3 frames; save the one that you mean by itself"),
    refused("animated.png", several("PNG"), "has 3 frames"),
    refused("pages.tif", several("TIFF"), "has 3 pages"),
    refused("deep-colour-hidden.png", deep_colour_hidden, "hides one colour of 16 bits a channel"),
    refused("float.tif", of(GREY.astype(np.float32), "TIFF"), "pixels of kind F are not read"),
    refused("int32.tif", of(GREY.astype(np.int32), "TIFF"), "pixels of kind I are not read"),
    Wild("cut-off.gif", lambda: several("GIF")()[: len(several("GIF")()) // 3], DAMAGED, DAMAGED, NONE),
    refused("cut-off.jpg", lambda: of(COLOUR, "JPEG")()[:-400], DAMAGED),
    refused("a-wrong-byte.png", with_a_wrong_byte, DAMAGED),
    refused("a-wrong-code.tif", with_a_wrong_code, DAMAGED),
    refused("empty.png", bytes, UNKNOWN),
    refused("a-letter.jpg", lambda: b"a letter and no picture", UNKNOWN),
)


def write(wild: Wild, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / wild.name
    path.write_bytes(wild.content())
    return path
