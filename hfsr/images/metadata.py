"""What travels with a picture beside its pixels: what it says of its colours, resolution, and EXIF."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD, Base

from hfsr.images import png_colours

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
# A maker's note points at bytes of its own file, and its previews are of the small picture; so are sizes, the place of the
# subject, and how many pixels a sensor has a centimetre.
SUBJECT = (0x9214, 0xA214)  # its area and its place, as EXIF has them
SENSOR = (Base.FocalPlaneXResolution, Base.FocalPlaneYResolution, Base.FocalPlaneResolutionUnit)
LEFT_OUT = (Base.MakerNote, IFD.Interop, WIDTH, HEIGHT, *SUBJECT, *SENSOR)
COLOURS = 1  # of the directory Interop: by this alone cameras say that a picture is in Adobe RGB
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
    png_colours : dict of str to tuple of float
        What a PNG's chunks say of its colours where these are not sRGB's: cICP, gAMA and cHRM.

    Examples
    --------
    >>> Metadata(dpi=(300.0, 300.0)).icc is None
    True
    """

    icc: bytes | None = None
    dpi: tuple[float, float] | None = None
    exif: dict[int, dict[int, Any]] = field(default_factory=dict)
    png_colours: dict[str, tuple[float, ...]] = field(default_factory=dict)


def of(file: Image.Image, orientation: int = 1, png_codes: tuple[int, ...] = ()) -> tuple[Metadata, list[str]]:
    """The metadata of an open file, as they hold for the picture turned upright, and a line for each thing that is lost.

    EXIF that cannot be read is left out: it must not keep anybody from the pixels.

    Parameters
    ----------
    file : PIL.Image.Image
    orientation : int
        Of the file, before it was turned.
    png_codes : tuple of int
        `hfsr.images.png_colours.codes` of the file, which must be taken before its pixels.

    Examples
    --------
    >>> of(Image.new("L", (4, 4)))
    (Metadata(icc=None, dpi=None, exif={}, png_colours={}), [])
    """
    dpi, lost = _dpi(file.info.get("dpi")), []
    exif: dict[int, dict[int, Any]] = {}
    try:
        source = file.getexif()
        dpi, bad = dpi or _dpi_of_exif(source), 0
        for ifd, tag, value in _descriptive(source):
            if _is_writable(ifd, tag, value):
                exif.setdefault(ifd, {})[tag] = value
            else:
                bad += 1
        if bad:
            lost.append(f"{bad} of its EXIF's tags {'is' if bad == 1 else 'are'} left out: not as EXIF has them")
    except Exception:  # damaged EXIF has Pillow raise errors of any kind
        lost.append("its EXIF is left out: it cannot be read")
    icc = file.info.get("icc_profile")
    colours = png_colours.of(file.info, png_codes)
    return Metadata(icc, dpi[::-1] if dpi and orientation in TURNED else dpi, exif, colours), lost


def _descriptive(source: Image.Exif) -> Iterator[tuple[int, int, Any]]:
    """Directory, tag and value of what EXIF says of the picture."""
    yield from ((PICTURE, tag, _text(source[tag])) for tag in KEPT if tag in source)
    for ifd in (IFD.Exif, IFD.GPSInfo):
        for tag, value in source.get_ifd(ifd).items():
            if tag not in LEFT_OUT:
                yield ifd, tag, _text(value)
    try:
        colours = source.get_ifd(IFD.Interop).get(COLOURS)
    except KeyError:  # as Pillow 11 has it where there is none
        colours = None
    if colours:
        yield IFD.Exif, IFD.Interop, {COLOURS: colours}


def _is_writable(ifd: int, tag: int, value: Any) -> bool:
    """Whether Pillow writes it again: what it reads may be of a type that the tag does not have."""
    try:
        _as_pillows({ifd: {tag: value}}).tobytes()
    except Exception:  # of any kind
        return False
    return True


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
    if metadata.png_colours and suffix == ".png":
        told["pnginfo"] = png_colours.chunks(metadata.png_colours)
    elif metadata.png_colours:
        lost.append(f"what it says of its colours ({', '.join(metadata.png_colours)}) is left out: only PNG holds it")
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
