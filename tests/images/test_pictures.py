"""Whole pictures: what their files hold beside plain pixels, and what of it reaches another file."""

import io
import struct

import numpy as np
import pytest
import tifffile
import torch
import wild
from PIL import Image, ImageCms, ImageOps
from PIL.ExifTags import GPS, IFD, Base

from hfsr import images
from hfsr.errors import UserError
from hfsr.images import metadata, picture
from hfsr.images.metadata import Metadata
from hfsr.images.picture import NOW_8_BITS, Picture

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
WRITTEN = (".jpg", ".png", ".tif", ".webp")  # the formats that hold everything
LEVELS = np.arange(12 * 10, dtype=np.uint8).reshape(12, 10)
DATE = "2024:05:06 07:08:09"


def profile(space: str) -> bytes:
    return SRGB[:16] + space.encode() + SRGB[20:]


def exif_of_a_camera(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif.update(
        {
            Base.Orientation: orientation,
            Base.Artist: "Jürgen Ä".encode(),
            Base.DateTime: DATE,
            Base.Copyright: "© J".encode(),
        }
    )
    camera = {
        Base.DateTimeOriginal: DATE,
        Base.ExifImageWidth: 10,
        Base.ExifImageHeight: 12,
        Base.MakerNote: b"secret",
        Base.FocalPlaneXResolution: 4000.0,
        0x9214: (5, 6, 3, 3),  # the subject's area, in pixels of the small picture
    }
    place = {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (48.0, 8.0, 14.5), GPS.GPSLongitude: (11.0, 34.0, 31.0)}
    for ifd, tags in ((IFD.Exif, camera), (IFD.GPSInfo, place)):
        exif.get_ifd(ifd).update(tags)
        exif[ifd] = exif.get_ifd(ifd)
    return exif


def file_of(image: Image.Image, suffix: str, **options) -> io.BytesIO:
    stream = io.BytesIO()
    image.save(stream, Image.registered_extensions()[suffix], **options)
    stream.seek(0)
    return stream


def stored(whole: Picture, suffix: str) -> tuple[Image.Image, list[str]]:
    stream = io.BytesIO()
    lost = picture.store(whole, stream, suffix)
    stream.seek(0)
    return Image.open(stream), lost


# Metadata


@pytest.mark.parametrize("target", WRITTEN)
@pytest.mark.parametrize("source", WRITTEN)
def test_profile_resolution_and_exif_travel_from_every_format_to_every_other(source, target):
    photo = file_of(Image.new("RGB", (10, 12)), source, exif=exif_of_a_camera(), icc_profile=SRGB, dpi=(300, 150))
    whole = picture.load(photo, "photo")
    file, lost = stored(Picture(torch.zeros(3, 24, 20, dtype=torch.uint8), whole.metadata), target)
    assert lost == []
    assert file.info["icc_profile"] == SRGB
    if source != ".webp":  # Pillow itself wrote none into that one
        assert metadata.of(file)[0].dpi == pytest.approx((300, 150), abs=0.02)
    exif = file.getexif()
    assert exif[Base.DateTime] == DATE
    assert exif[Base.Artist].encode("latin-1").decode() == "Jürgen Ä"
    camera, place = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
    assert (camera[Base.DateTimeOriginal], camera[Base.ExifImageWidth], camera[Base.ExifImageHeight]) == (DATE, 20, 24)
    assert (place[GPS.GPSLatitudeRef], place[GPS.GPSLatitude]) == ("N", (48.0, 8.0, 14.5))
    assert Base.Orientation not in exif or exif[Base.Orientation] == 1
    assert not {Base.MakerNote, Base.FocalPlaneXResolution, 0x9214} & camera.keys()
    assert exif.get_ifd(IFD.IFD1) == {} or target == ".tif"


def with_thumbnail(photo: bytes) -> bytes:
    """A JPEG's EXIF with a second directory behind the first: a thumbnail of a few bytes, as cameras write it."""
    start = photo.index(b"Exif\0\0") + 6
    length = int.from_bytes(photo[start - 8 : start - 6], "big") - 8
    tiff = photo[start : start + length]
    little = "little" if tiff[:2] == b"II" else "big"
    first = int.from_bytes(tiff[4:8], little)
    link = first + 2 + 12 * int.from_bytes(tiff[first : first + 2], little)
    second = (3).to_bytes(2, little)
    for tag, kind, size, value in [(0x0103, 3, 2, 6), (0x0201, 4, 4, len(tiff) + 42), (0x0202, 4, 4, 9)]:
        second += tag.to_bytes(2, little) + kind.to_bytes(2, little) + (1).to_bytes(4, little)
        second += value.to_bytes(size, little).ljust(4, b"\0")
    second += bytes(4)
    longer = tiff[:link] + len(tiff).to_bytes(4, little) + tiff[link + 4 :] + second + b"THUMBNAIL"
    return photo[: start - 8] + (len(longer) + 8).to_bytes(2, "big") + b"Exif\0\0" + longer + photo[start + length :]


@pytest.mark.parametrize("suffix", WRITTEN)
def test_the_thumbnail_is_dropped(suffix):
    photo = with_thumbnail(file_of(Image.new("RGB", (10, 12)), ".jpg", exif=exif_of_a_camera()).getvalue())
    assert Image.open(io.BytesIO(photo)).getexif().get_ifd(IFD.IFD1)[0x0202] == 9
    stream = io.BytesIO()
    picture.store(picture.load(io.BytesIO(photo), "photo"), stream, suffix)
    assert b"THUMBNAIL" not in stream.getvalue()
    assert Image.open(stream).getexif()[Base.DateTime] == DATE


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("orientation", [3, 6])
def test_the_orientation_is_applied_and_the_resolution_turned_with_it(orientation, suffix):
    photo = file_of(Image.fromarray(LEVELS), suffix, exif=exif_of_a_camera(orientation), dpi=(300, 150))
    whole = picture.load(photo, "photo")
    expected = np.rot90(LEVELS, 2 if orientation == 3 else -1)
    assert np.array_equal(whole.pixels[0].numpy(), expected)
    assert whole.metadata.dpi == pytest.approx((300, 150) if orientation == 3 else (150, 300), abs=0.1)


@pytest.mark.parametrize("suffix", images.SUFFIXES)
def test_what_a_file_does_not_say_is_not_made_up(suffix):
    whole = picture.load(file_of(Image.new("RGB", (4, 4)), suffix), "photo")
    assert (whole.metadata.icc, whole.metadata.exif, whole.lost) == (None, {}, ())
    file, lost = stored(whole, ".png")
    assert lost == []
    assert set(file.info) <= {"dpi"}
    if suffix != ".bmp":  # Pillow writes 96 into that
        assert "dpi" not in file.info


@pytest.mark.parametrize("dpi", [(0, 0), (1, 1), (float("nan"), 3), (1e9, 1e9), None, (1, 2, 3)])
def test_a_resolution_that_makes_no_sense_is_none(dpi):
    file = Image.new("L", (2, 2))
    file.info["dpi"] = dpi
    assert metadata.of(file)[0].dpi is None


@pytest.mark.parametrize("exif", [b"", b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\x08\0\x05", b"nonsense" * 9])
@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_keeps_nobody_from_the_pixels(exif):
    file = Image.new("L", (2, 2))
    file.info["exif"] = exif
    assert metadata.of(file)[0].exif == {}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_as_pillow_turns_it(orientation):
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    photo = file_of(Image.fromarray(LEVELS), ".png", exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(photo)))
    assert np.array_equal(picture.load(photo, "photo").pixels[0].numpy(), expected)


@pytest.mark.filterwarnings("ignore:Metadata Warning")
def test_one_odd_tag_costs_neither_the_others_nor_the_pixels():
    whole = picture.load(io.BytesIO(wild.odd_exif()), "photo")
    assert whole.pixels.shape == (3, wild.WIDTH, wild.HEIGHT)
    assert whole.metadata.exif[0][Base.DateTime] == "2024:05:06 07:08:09"
    assert whole.lost == ("1 of its EXIF's tags is left out: not as EXIF has them",)


def test_a_camera_that_says_adobe_rgb_without_a_profile_still_does():
    exif = exif_of_a_camera()
    exif.get_ifd(IFD.Exif)[Base.ColorSpace] = 65535
    exif.get_ifd(IFD.Exif)[IFD.Interop] = {1: "R03"}
    exif[IFD.Exif] = exif.get_ifd(IFD.Exif)
    whole = picture.load(file_of(Image.new("RGB", (6, 4)), ".jpg", exif=exif), "photo")
    file, lost = stored(whole, ".jpg")
    assert (file.getexif().get_ifd(IFD.Interop)[1], lost) == ("R03", [])


def test_a_picture_without_exif_loses_none_with_an_older_pillow(monkeypatch):
    newer = Image.Exif.get_ifd

    def get_ifd(exif, ifd):  # as Pillow 11 has it
        if ifd == IFD.Interop:
            raise KeyError(ifd)
        return newer(exif, ifd)

    monkeypatch.setattr(Image.Exif, "get_ifd", get_ifd)
    assert metadata.of(Image.new("L", (4, 4)))[1] == []


def test_grey_of_12_bits_spans_all_levels():
    whole = picture.load(io.BytesIO(wild.grey_of_12_bits([0, 1, 2048, 4095], width=4)), "scan.tif")
    assert whole.pixels[0].tolist() == [[0, 16, 32776, 65535]]


def test_planes_of_16_bits_that_pillow_mixes_up_are_refused():
    stream = io.BytesIO()
    tifffile.imwrite(stream, np.zeros((3, 4, 6), np.uint16), planarconfig="separate", photometric="rgb")
    with pytest.raises(UserError, match="16 bits a channel, plane by plane; save it as PNG"):
        picture.load(stream, "scan.tif")


@pytest.mark.parametrize(
    ("icc", "channels", "suffix", "lost"),
    [
        (profile("RGB "), 3, ".png", []),
        (profile("RGB "), 4, ".png", []),
        (profile("GRAY"), 1, ".png", []),
        (profile("GRAY"), 1, ".webp", ["its colour profile (GRAY) is left out: it does not fit the pixels"]),
        (profile("RGB "), 1, ".webp", []),
        (profile("RGB "), 1, ".png", ["its colour profile (RGB) is left out: it does not fit the pixels"]),
        (profile("CMYK"), 3, ".jpg", ["its colour profile (CMYK) is left out: it does not fit the pixels"]),
        (profile("RGB "), 3, ".bmp", ["its colour profile is left out: BMP holds none"]),
        (b"short", 3, ".png", ["its colour profile () is left out: it does not fit the pixels"]),
    ],
)
def test_a_profile_goes_with_pixels_that_it_fits(icc, channels, suffix, lost):
    file, said = stored(Picture(torch.zeros(channels, 4, 4, dtype=torch.uint8), Metadata(icc)), suffix)
    assert said == lost
    assert file.info.get("icc_profile") == (None if lost else icc)


def test_what_a_format_has_no_place_for_is_said():
    exif = {metadata.PICTURE: {Base.ImageDescription: "x" * 70_000}}
    whole = Picture(torch.zeros(3, 4, 4, dtype=torch.uint8), Metadata(exif=exif))
    assert stored(whole, ".jpg")[1] == ["its EXIF is left out: it is too long for JPEG"]
    assert stored(whole, ".bmp")[1] == ["its EXIF is left out: BMP holds none"]
    assert stored(whole, ".png")[1] == []


# Pixels


SOFT = np.stack([LEVELS, 255 - LEVELS, LEVELS // 2, LEVELS + 100], axis=-1)


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
@pytest.mark.parametrize("kind", ["RGBA", "LA", "P", "GIF"])
def test_transparency_is_read_and_written(kind, suffix):
    image = {
        "RGBA": lambda: Image.fromarray(SOFT),
        "LA": lambda: Image.fromarray(SOFT[..., 2:]),
        "P": lambda: Image.fromarray(SOFT[..., :3]).quantize(7),
        "GIF": lambda: Image.fromarray(SOFT[..., :3]).quantize(7),
    }[kind]()
    told = {"transparency": 3} if image.mode == "P" else {}
    file = file_of(image, ".gif" if kind == "GIF" else ".png", **told)
    whole = picture.load(file, "soft")
    assert len(whole.pixels) == (2 if kind == "LA" else 4)
    again, lost = stored(whole, suffix)
    assert lost == []
    expected = np.asarray(Image.open(file).convert("RGBA"))
    shown = expected[..., 3] > 0  # a WebP keeps no colour that is not seen
    assert np.array_equal(np.asarray(again.convert("RGBA"))[shown], expected[shown])
    assert np.array_equal(np.asarray(again.convert("RGBA"))[..., 3], expected[..., 3])


@pytest.mark.parametrize("suffix", images.SUFFIXES)
def test_grey_of_16_bits_stays_where_the_format_can(suffix):
    deep = LEVELS.astype(np.uint16) * 256 + 77
    whole = picture.load(file_of(Image.fromarray(deep), ".png"), "deep")
    assert whole.pixels.dtype == torch.uint16
    file, lost = stored(whole, suffix)
    if suffix in picture.DEEP:
        assert (lost, file.mode) == ([], "I;16")
        assert np.array_equal(np.asarray(file), deep)
    else:
        assert lost == [NOW_8_BITS]
        assert np.abs(np.asarray(file.convert("L")).astype(int) - LEVELS).max() <= 2


def deep_tiff() -> bytes:
    """Colour of 16 bits a channel, which Pillow does not write, by hand: 3x2 pixels, all of them black."""
    start, bits, pixels = 128, struct.pack(">3H", 16, 16, 16), bytes(3 * 2 * 6)
    short, long = "HHIHxx", "HHII"
    tags = [(256, short, 1, 3), (257, short, 1, 2), (258, "HHII", 3, start - len(bits)), (259, short, 1, 1)]
    tags += [
        (262, short, 1, 2),
        (273, long, 1, start),
        (277, short, 1, 3),
        (278, short, 1, 2),
        (279, long, 1, len(pixels)),
    ]
    head = b"MM\0*" + struct.pack(">IH", 8, len(tags))
    for tag, form, count, value in tags:
        head += struct.pack(f">{form}", tag, 3 if form == short or count == 3 else 4, count, value)
    return head.ljust(start - len(bits), b"\0") + bits + pixels


@pytest.mark.parametrize("content", [wild.deep_colour, deep_tiff])
def test_colour_of_16_bits_becomes_8_and_says_so(content):
    whole = picture.load(io.BytesIO(content()), "deep")
    assert (whole.pixels.dtype, len(whole.pixels), whole.lost) == (torch.uint8, 3, (NOW_8_BITS,))
    assert stored(whole, ".png")[1] == [NOW_8_BITS]


def test_a_transparent_level_of_16_bits_is_seen():
    deep = LEVELS.astype(np.uint16) * 256
    whole = picture.load(file_of(Image.fromarray(deep), ".png", transparency=256), "deep")
    assert whole.pixels.shape == (2, 12, 10)
    assert torch.equal(whole.pixels[1] == 0, torch.from_numpy(LEVELS == 1))
    assert whole.lost == (NOW_8_BITS,)


@pytest.mark.parametrize(
    ("shape", "suffix", "message"),
    [
        ((4, 2, 2), ".jpg", "a.jpg: .jpg holds no transparency; choose .png, .webp or .tif"),
        ((2, 2, 2), ".bmp", "a.bmp: .bmp holds no transparency"),
        ((3, 1, 9000), ".webp", "a.webp: .webp holds no 18000 pixels a side; choose .png or .tif"),
        ((3, 33000, 1), ".jpeg", "a.jpeg: .jpeg holds no 66000 pixels a side"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_beforehand(shape, suffix, message):
    with pytest.raises(UserError, match=message):
        picture.require_place(Picture(torch.zeros(shape, dtype=torch.uint8)), suffix, f"a{suffix}", scale=2)


@pytest.mark.parametrize("suffix", images.SUFFIXES)
def test_what_a_format_can_hold_is_not(suffix):
    picture.require_place(Picture(torch.zeros(3, 8000, 4, dtype=torch.uint8)), suffix, "a", scale=2)


def test_grey_that_counts_from_white_is_that_which_counts_from_black(tmp_path):
    deep = np.arange(0, 60000, 1000, dtype=np.uint16).reshape(6, 10)
    Image.fromarray(deep).save(tmp_path / "black.tif")
    Image.fromarray(~deep).save(tmp_path / "white.tif", tiffinfo={262: 0})
    black, white = (picture.load(tmp_path / name, name).pixels for name in ("black.tif", "white.tif"))
    assert torch.equal(black, white)
    assert black[0, 0, 1] == 1000
