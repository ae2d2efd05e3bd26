"""What a PNG says of its colours in chunks of its own, beside or instead of a profile."""

import struct
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngImageFile, PngInfo

# What each says of sRGB's colours: by the codes of ITU-T H.273; its gamma; x and y of white, red, green and blue.
SRGB = {"cICP": (1, 13, 0, 1), "gAMA": (1 / 2.2,), "cHRM": (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)}
UNIT = 100_000  # the last two are whole numbers there
SIGNATURE = 8  # bytes before the first chunk

Colours = dict[str, tuple[float, ...]]


def codes(file: Image.Image) -> tuple[int, ...]:
    """The chunk cICP of a PNG that was opened and not yet read, or nothing: Pillow hands on no chunk that it does not know.

    Examples
    --------
    >>> import io
    >>> content = io.BytesIO()
    >>> Image.new("RGB", (4, 4)).save(content, "PNG", pnginfo=chunks({"cICP": (9, 16, 0, 1)}))  # HDR, BT.2100
    >>> codes(Image.open(content))
    (9, 16, 0, 1)
    """
    if not isinstance(file, PngImageFile) or file.fp is None:
        return ()
    place, kind, content = file.fp.tell(), b"", b""
    file.fp.seek(SIGNATURE)
    while kind not in (b"cICP", b"IDAT"):  # Pillow has been as far as the pixels
        length, kind = struct.unpack(">I4s", file.fp.read(8))
        content = file.fp.read(length + 4)[:-4]  # without the checksum
    file.fp.seek(place)
    return tuple(content) if kind == b"cICP" and len(content) == len(SRGB["cICP"]) else ()


def of(info: dict[Any, Any], cicp: tuple[int, ...] = ()) -> Colours:
    """What a picture's chunks say, by their names, where its colours are not sRGB's by it.

    Parameters
    ----------
    info : dict
        Of Pillow's picture. Beside a profile or the chunk sRGB in it, gAMA and cHRM do not count, nor does a gamma of 0.
    cicp : tuple of int
        `codes`, which count whatever stands beside them.

    Examples
    --------
    >>> of({"gamma": 1.0}), of({"gamma": 0.45455}), of({"gamma": 1.0, "srgb": 0})
    ({'gAMA': (1.0,)}, {}, {})
    """
    said: Colours = {"cICP": cicp} if cicp else {}
    if said and info.get("icc_profile"):  # which would count without them
        return said
    if "srgb" not in info and not info.get("icc_profile") and cicp != SRGB["cICP"]:
        if info.get("gamma"):
            said["gAMA"] = (info["gamma"],)
        if len(info.get("chromaticity", ())) == len(SRGB["cHRM"]):
            said["cHRM"] = info["chromaticity"]
    numbers = ((a, b) for chunk in said for a, b in zip(said[chunk], SRGB[chunk], strict=True))
    return said if any(abs(a - b) > 0.01 for a, b in numbers) else {}


def chunks(colours: Colours) -> PngInfo:
    """What Pillow is told when it saves a PNG that shall say the same.

    Examples
    --------
    >>> name, content = chunks({"gAMA": (1.0,)}).chunks[0][:2]
    >>> name, int.from_bytes(content)
    (b'gAMA', 100000)
    """
    info = PngInfo()
    for chunk, numbers in colours.items():
        whole = [round(each * (1 if chunk == "cICP" else UNIT)) for each in numbers]
        info.add(chunk.encode(), bytes(whole) if chunk == "cICP" else struct.pack(f">{len(whole)}I", *whole))
    return info
