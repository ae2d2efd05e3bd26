"""What a PNG says of its colours in chunks of its own: kept from one PNG to another, named where it gets lost."""

import io
import struct

import pytest
import wild
from PIL import Image, ImageCms

from hfsr.images import picture, png_colours
from hfsr.images.png_colours import chunks

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SAYS_SRGB = struct.pack(">I", 1) + b"sRGB\0" + struct.pack(">I", 0xAECE1CE9)  # a whole chunk
LINEAR, PROPHOTO = (1.0,), (0.3457, 0.3585, 0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001)
HDR, CODED_SRGB = (9, 16, 0, 1), (1, 13, 0, 1)


def png(colours, **options):
    content = io.BytesIO()
    Image.new("RGB", (6, 4)).save(content, "PNG", pnginfo=chunks(colours), **options)
    content.seek(0)
    return content


def through(source, suffix):
    """What the file says that a picture ends in, its profile, and what was lost on the way."""
    content = io.BytesIO()
    lost = picture.store(picture.load(source, "photo"), content, suffix)
    with Image.open(content) as file:
        return png_colours.of(file.info, png_colours.codes(file)), file.info.get("icc_profile"), lost


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"gAMA": (0.45455,)}, False),
        ({"gAMA": (0.0,)}, False),
        ({"gAMA": LINEAR}, True),
        ({"gAMA": (0.45455,), "cHRM": PROPHOTO}, True),
        ({"cHRM": PROPHOTO}, True),
        ({"cICP": CODED_SRGB}, False),
        ({"cICP": CODED_SRGB, "gAMA": LINEAR}, False),
        ({"cICP": HDR}, True),
        ({"cICP": HDR, "gAMA": LINEAR, "cHRM": PROPHOTO}, True),
    ],
)
def test_colours_that_a_png_describes_in_chunks_of_its_own_stay_with_it(said, kept):
    assert through(png(said), ".png") == (said if kept else {}, None, [])
    named = f"what it says of its colours ({', '.join(said)}) is left out: only PNG holds it"
    assert through(png(said), ".jpg") == ({}, None, [named] if kept else [])


def test_codes_are_read_before_the_pixels_which_come_all_the_same():
    drawn = Image.effect_noise((60, 40), 90)
    content = io.BytesIO()
    drawn.save(content, "PNG", pnginfo=chunks({"cICP": HDR}))
    with Image.open(content) as file:
        assert png_colours.codes(file) == HDR
        assert file.tobytes() == drawn.tobytes()


@pytest.mark.parametrize("cicp", [(9, 16, 0), (9, 16, 0, 1, 1)])
def test_codes_of_another_number_say_nothing(cicp):
    with Image.open(png({"cICP": cicp})) as file:
        assert png_colours.codes(file) == ()


def test_only_a_png_has_codes():
    content = io.BytesIO()
    Image.new("RGB", (6, 4)).save(content, "JPEG")
    with Image.open(content) as file:
        assert png_colours.codes(file) == ()
    assert png_colours.codes(Image.new("RGB", (6, 4))) == ()


def test_primaries_cut_short_say_nothing():  # newer Pillows refuse such a file, older ones hand on what there is
    assert png_colours.of({"chromaticity": (0.3457, 0.3585, 0.7347)}) == {}


@pytest.mark.parametrize(("said", "kept"), [({"gAMA": LINEAR}, {}), ({"gAMA": LINEAR, "cICP": HDR}, {"cICP": HDR})])
def test_beside_the_word_srgb_only_codes_count(said, kept):
    content = png(said).getvalue()
    place = content.index(b"IDAT") - 4
    whole = picture.load(io.BytesIO(content[:place] + SAYS_SRGB + content[place:]), "photo")
    assert (whole.metadata.png_colours, whole.lost) == (kept, ())


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"gAMA": LINEAR}, {}),
        ({"gAMA": LINEAR, "cICP": HDR}, {"cICP": HDR}),
        ({"cICP": CODED_SRGB}, {"cICP": CODED_SRGB}),  # without them the profile would count
    ],
)
def test_beside_a_profile_only_codes_count(said, kept):
    content = png(said, icc_profile=PROFILE)
    assert through(content, ".png") == (kept, PROFILE, [])
    lost = ["what it says of its colours (cICP) is left out: only PNG holds it"] if kept else []
    assert through(content, ".jpg") == ({}, PROFILE, lost)


@pytest.mark.parametrize(
    ("name", "said"), [("own-gamma.png", {"gAMA": LINEAR}), ("own-codes.png", {"cICP": (1, 8, 0, 1)})]
)
def test_wild_pictures_that_say_that_they_are_linear(name, said, tmp_path):
    (strange,) = (each for each in wild.WILD if each.name == name)
    assert through(wild.write(strange, tmp_path), ".png")[0] == said
