"""What travels with a picture beside its pixels: colour profile, resolution, and EXIF."""

import math
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD, Base

# What EXIF says of the picture and not of the file: the rest, a TIFF's strips for one, would be wrong beside other pixels.
KEPT = (
    Base.ImageDescription,
    Base.Make,
    Base.Model,
    Base.Software,
    Base.DateTime,
    Base.Artist,
    Base.HostComputer,
    Base.Copyright,
    Base.Rating,
    Base.XPTitle,
    Base.XPComment,
    Base.XPAuthor,
    Base.XPKeywords,
    Base.XPSubject,
)
WIDTH, HEIGHT = Base.ExifImageWidth, Base.ExifImageHeight
TURNED = (5, 6, 7, 8)  # orientations that exchange rows and columns
# A maker's note points at bytes of its own file, and its previews are of the small picture; so are the sizes.
LEFT_OUT = (Base.MakerNote, IFD.Interop, WIDTH, HEIGHT)
CHANNELS = {"GRAY": (1, 2), "RGB": (3, 4)}  # of a picture, by a profile's colour space
RESOLUTION = range(2, 65536)  # dots an inch that every format can say; 1 is Pillow's for a TIFF that says nothing
LONGEST_IN_JPEG = 65533  # bytes of EXIF
PICTURE = 0  # the directory that EXIF begins with
INCH = 2  # as EXIF's unit of resolution


@dataclass(frozen=True)
class Metadata:
    """What travels with a picture beside its pixels.

    Parameters
    ----------
    icc : bytes, optional
        The ICC profile.
    dpi : tuple of float, optional
        Dots an inch, across and down.
    exif : dict of int to dict
        EXIF's descriptive tags, date, author, camera and place among them, by directory: that of the picture (0), of the
        exposure, of the place. No orientation, no thumbnail, no maker's note.

    Examples
    --------
    >>> Metadata(dpi=(300.0, 300.0)).icc is None
    True
    """

    icc: bytes | None = None
    dpi: tuple[float, float] | None = None
    exif: dict[int, dict[int, Any]] = field(default_factory=dict)


def of(file: Image.Image) -> Metadata:
    """The metadata of an open file, as they hold for the picture turned upright.

    EXIF that cannot be read is left out: it must not keep anybody from the pixels.

    Examples
    --------
    >>> of(Image.new("L", (4, 4)))
    Metadata(icc=None, dpi=None, exif={})
    """
    try:
        source = file.getexif()
        turned = source.get(Base.Orientation) in TURNED
        dpi = _dpi(file.info.get("dpi")) or _dpi_of_exif(source)
        exif = _descriptive(source)
        _as_pillows(exif).tobytes()
    except Exception:  # damaged EXIF has Pillow raise errors of any kind
        turned, dpi, exif = False, _dpi(file.info.get("dpi")), {}
    return Metadata(file.info.get("icc_profile"), dpi[::-1] if dpi and turned else dpi, exif)


def _descriptive(source: Image.Exif) -> dict[int, dict[int, Any]]:
    found: dict[int, dict[int, Any]] = {PICTURE: {tag: source[tag] for tag in KEPT if tag in source}}
    for ifd in (IFD.Exif, IFD.GPSInfo):
        found[ifd] = {tag: value for tag, value in source.get_ifd(ifd).items() if tag not in LEFT_OUT}
    return {ifd: {tag: _text(value) for tag, value in tags.items()} for ifd, tags in found.items() if tags}


def _as_pillows(directories: dict[int, dict[int, Any]]) -> Image.Exif:
    exif = Image.Exif()
    exif.update(directories.get(PICTURE, {}))
    for ifd in directories.keys() - {PICTURE}:
        exif.get_ifd(ifd).update(directories[ifd])
        exif[ifd] = exif.get_ifd(ifd)
    return exif


def _text(value: Any) -> Any:
    """Text that is not ASCII as the bytes that it was read from: Pillow would write ? for each such letter."""
    return value.encode("latin-1") if isinstance(value, str) and not value.isascii() else value


def _dpi(pair: Any) -> tuple[float, float] | None:
    try:
        across, down = map(float, pair)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    sensible = all(math.isfinite(dots) and round(dots) in RESOLUTION for dots in (across, down))
    return (across, down) if sensible else None


def _dpi_of_exif(source: Image.Exif) -> tuple[float, float] | None:
    """The resolution where Pillow does not look for it: in a WebP's EXIF, for one."""
    pair = (source.get(Base.XResolution), source.get(Base.YResolution))
    return _dpi(pair) if source.get(Base.ResolutionUnit) == INCH else None


def options(metadata: Metadata, suffix: str, size: tuple[int, ...]) -> tuple[dict[str, Any], list[str]]:
    """What Pillow is told when it saves a picture, and a line for each thing that the format has no place for.

    Parameters
    ----------
    metadata : Metadata
    suffix : str
        Of the file, in small letters, such as ".png".
    size : tuple of int
        Channels, height and width of the picture.

    Examples
    --------
    >>> options(Metadata(dpi=(300.0, 300.0)), ".png", (3, 40, 60))
    ({'dpi': (300.0, 300.0)}, [])
    >>> options(Metadata(icc=bytes(16) + b"CMYK"), ".png", (3, 40, 60))
    ({}, ['its colour profile (CMYK) is left out: it does not fit the pixels'])
    """
    channels, height, width = size
    told: dict[str, Any] = {}
    lost = []
    if metadata.icc:
        space = metadata.icc[16:20].decode("latin-1").strip()
        if suffix == ".bmp":
            lost.append("its colour profile is left out: BMP holds none")
        elif (3 if suffix == ".webp" else channels) in CHANNELS.get(space, ()):
            told["icc_profile"] = metadata.icc
        else:
            lost.append(f"its colour profile ({space}) is left out: it does not fit the pixels")
    if metadata.dpi and suffix != ".webp":
        told["dpi"] = metadata.dpi
    exif = _exif(metadata, suffix, height, width)
    if exif and suffix == ".bmp":
        lost.append("its EXIF is left out: BMP holds none")
    elif exif and suffix in (".jpg", ".jpeg") and len(exif.tobytes()) > LONGEST_IN_JPEG:
        lost.append("its EXIF is left out: it is too long for JPEG")
    elif exif:
        told["exif"] = exif
    return told, lost


def _exif(metadata: Metadata, suffix: str, height: int, width: int) -> Image.Exif | None:
    """EXIF with the size of the picture that it goes with; a WebP says its resolution there too."""
    directories = dict(metadata.exif)
    if directories:
        directories[IFD.Exif] = directories.get(IFD.Exif, {}) | {WIDTH: width, HEIGHT: height}
    if metadata.dpi and suffix == ".webp":
        across, down = metadata.dpi
        resolution = {Base.XResolution: across, Base.YResolution: down, Base.ResolutionUnit: INCH}
        directories[PICTURE] = directories.get(PICTURE, {}) | resolution
    return _as_pillows(directories) if directories else None
