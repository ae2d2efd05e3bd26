import hashlib
import math
from contextlib import ExitStack
from fractions import Fraction

import numpy as np
import pytest
import torch
import wild
from devices import OneDevice, on_another
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, JpegImagePlugin

from hfsr import images
from hfsr.errors import UserError
from hfsr.images import decode
from hfsr.metrics import psnr

GRADIENT = np.arange(12 * 10, dtype=np.uint8).reshape(12, 10)
COLOUR = np.stack([GRADIENT, 255 - GRADIENT, GRADIENT // 2], axis=-1)


def planes(picture):
    return torch.from_numpy(picture[None].copy() if picture.ndim == 2 else picture.transpose(2, 0, 1).copy())


# MATLAB's bicubic


def matlab_line(line, scale):
    """One row or column resized as MATLAB's documentation of imresize says, in exact fractions, before rounding."""
    shrink = min(scale, Fraction(1))
    values = []
    for x in range(1, math.ceil(len(line) * scale) + 1):  # positions count from 1
        u = x / scale + (1 - 1 / scale) / 2
        taps = {k: cubic(shrink * (u - k)) for k in range(math.ceil(u - 2 / shrink), math.floor(u + 2 / shrink) + 1)}
        values.append(sum(tap * line[mirror(k, len(line))] for k, tap in taps.items()) / sum(taps.values()))
    return values


def mirror(position, size):
    """Index from 0 of a position from 1, reflected at the borders until it lies inside."""
    while not 1 <= position <= size:
        position = 1 - position if position < 1 else 2 * size + 1 - position
    return position - 1


def cubic(x):
    x = abs(x)
    if x <= 1:
        return Fraction(3, 2) * x**3 - Fraction(5, 2) * x**2 + 1
    return -(x**3) / 2 + Fraction(5, 2) * x**2 - 4 * x + 2 if x <= 2 else Fraction(0)


def rounded(value):
    return min(max(math.floor(value + Fraction(1, 2)), 0), 255)


def small(shape):
    return arrays(np.uint8, shape, elements=st.one_of(st.sampled_from([0, 255]), st.integers(0, 255)))


@given(small(st.tuples(st.integers(1, 2), st.integers(1, 6), st.integers(1, 6))), st.sampled_from([2, 4, 0.5, 0.25]))
def test_resizing_equals_the_reference_bit_for_bit(pixels, scale):
    exact = Fraction(scale)
    expected = []
    for plane in pixels.astype(int):
        columns = [[rounded(value) for value in matlab_line(column, exact)] for column in plane.T.tolist()]
        rows = np.array(columns).T.tolist()
        expected.append([[rounded(value) for value in matlab_line(row, exact)] for row in rows])
    assert images.resize_bicubic(torch.from_numpy(pixels), scale).tolist() == expected


@given(
    small(st.integers(1, 9)),
    st.sampled_from(["3", "1/3", "3/2", "2/3", "7/5", "1/5", "9/10"]).map(Fraction),
    st.booleans(),
)
def test_any_scale_equals_the_reference_but_for_halves(line, scale, upright):
    image = torch.from_numpy(line).view(1, -1, 1) if upright else torch.from_numpy(line).view(1, 1, -1)
    resized = images.resize_bicubic(image, float(scale))
    along, across = resized.shape[1:] if upright else resized.shape[:0:-1]
    exact = matlab_line(line.astype(int).tolist(), scale)
    assert (along, across) == (len(exact), math.ceil(scale))
    assert (resized == (resized[:, :, :1] if upright else resized[:, :1])).all()  # the one pixel across is repeated
    for value, grey in zip(exact, (resized[0, :, 0] if upright else resized[0, 0]).tolist(), strict=True):
        decided = abs((value + Fraction(1, 2)) % 1 - Fraction(1, 2)) < Fraction(1, 2) - Fraction(1, 10**9)
        assert grey in (
            [rounded(value)] if decided else [rounded(value - Fraction(1, 10**6)), rounded(value + Fraction(1, 10**6))]
        )


def test_a_batch_is_resized_image_by_image(photograph):
    batch = torch.stack([photograph(name)[:, :33, :50] for name in ("astronaut", "coffee")])
    for scale in (0.5, 2, 1.5):
        assert torch.equal(
            images.resize_bicubic(batch, scale), torch.stack([images.resize_bicubic(image, scale) for image in batch])
        )


@pytest.mark.parametrize("scale", [0.5, 1 / 3, 0.7, 0.9, 1, 1.5, 2, 3])
def test_a_flat_picture_stays_flat(scale):
    for grey in (0, 1, 127, 254, 255):
        resized = images.resize_bicubic(torch.full((3, 7, 10), grey, dtype=torch.uint8), scale)
        assert resized.shape == (3, math.ceil(7 * scale), math.ceil(10 * scale))
        assert (resized == grey).all()


def test_scale_1_changes_nothing(photograph):
    image = photograph("coffee")[:, :40, :30]
    assert torch.equal(images.resize_bicubic(image, 1), image)


@pytest.mark.parametrize(
    ("scale", "digest"),
    [
        (0.5, "2acc5b2394e47430357c1d6d146f2649b8367197aa86d5aeeae4974e06bfa0a5"),
        (2, "dba9514a32848cb2e9d96c4da40addf27453d9f90184524f22feaf889371281f"),
    ],
)
def test_resizing_is_the_calibrated_one(scale, digest, photograph):
    """Digests made with the code that gives Set5's pictures below bit for bit; they hold it where Set5 is not at hand."""
    crop = photograph("astronaut")[:, :100, 180:301].contiguous()
    untouched = "24ca7172c0064aaf0f68431ff6b2d47e5bbdb0c3ab74549feee4443ef7563169"
    assert hashlib.sha256(crop.numpy().tobytes()).hexdigest() == untouched
    assert hashlib.sha256(images.resize_bicubic(crop, scale).contiguous().numpy().tobytes()).hexdigest() == digest


@pytest.mark.parametrize("name", ["baby", "bird", "butterfly", "head", "woman"])
def test_set5_is_shrunk_as_matlab_does_bit_for_bit(name, shared_data):
    hr = images.crop_to_multiple(images.read(shared_data("set5") / f"{name}.png"), 2)
    assert torch.equal(images.resize_bicubic(hr, 0.5), images.read(shared_data("set5-lr-x2") / f"{name}x2.png"))


@pytest.mark.parametrize(
    ("name", "count", "expected"), [("set5", 5, 33.67), ("set14", 14, 30.23), ("bsd100", 100, 29.56)]
)
def test_bicubic_has_the_published_psnr(name, count, expected, shared_data):
    values = []
    for path in sorted(shared_data(name).iterdir()):
        hr = images.crop_to_multiple(images.read(path), 2)
        enlarged = images.resize_bicubic(images.resize_bicubic(hr, 0.5), 2)
        values.append(psnr(enlarged, hr, border=2, channel="y"))
    assert len(values) == count
    assert sum(values) / count == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("scale", [0, -2, math.nan, math.inf])
def test_a_scale_is_positive(scale):
    with pytest.raises(ValueError, match="a scale is a positive number"):
        images.resize_bicubic(torch.zeros(1, 4, 4, dtype=torch.uint8), scale)


@pytest.mark.parametrize("scale", [0.5, 2])
@pytest.mark.parametrize("shape", [(3, 8, 10), (2, 3, 8, 10)])
def test_a_picture_is_resized_on_its_own_device(shape, scale):
    with OneDevice():
        resized = images.resize_bicubic(on_another(shape), scale)
    assert (resized.device.type, resized.dtype) == ("meta", torch.uint8)
    assert resized.shape == (*shape[:-2], round(8 * scale), round(10 * scale))


def test_devices_do_not_mix_unnoticed():
    with pytest.raises(AssertionError, match=r"index_select.* mixes \['cpu', 'meta'\]"), OneDevice():
        on_another((3, 4)).index_select(0, torch.tensor([1]))


@pytest.mark.parametrize("image", [torch.zeros(1, 4, 4), torch.zeros(4, 4, dtype=torch.uint8)])
def test_only_uint8_images_are_resized(image):
    with pytest.raises(ValueError, match="expected a uint8 image"):
        images.resize_bicubic(image, 2)


# Reading


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".tiff", ".PNG"])
@pytest.mark.parametrize("pixels", [GRADIENT, COLOUR], ids=["grey", "colour"])
def test_a_written_picture_reads_back(suffix, pixels, tmp_path):
    path = tmp_path / f"picture{suffix}"
    images.write(path, planes(pixels))
    read = images.read(path)
    assert (read.dtype, read.is_contiguous()) == (torch.uint8, True)
    assert torch.equal(read, planes(pixels))
    assert torch.equal(images.read(str(path)), read)
    read.zero_()  # memory of its own


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp"])
def test_lossy_pictures_come_back_nearly(suffix, tmp_path, photograph):
    image = photograph("chelsea")
    images.write(tmp_path / f"picture{suffix}", image)
    assert psnr(images.read(tmp_path / f"picture{suffix}"), image, border=0, channel="rgb") > 30


def save(tmp_path, picture, name="picture.png", **options):
    picture.save(tmp_path / name, **options)
    return tmp_path / name


def test_a_palette_becomes_colour(tmp_path):
    palette = Image.fromarray(COLOUR).quantize(7)
    path = save(tmp_path, palette)
    assert Image.open(path).mode == "P"
    assert torch.equal(images.read(path), planes(np.asarray(palette.convert("RGB"))))


def test_black_and_white_becomes_grey(tmp_path):
    bits = GRADIENT % 3 == 0
    path = save(tmp_path, Image.fromarray(bits))
    assert Image.open(path).mode == "1"
    assert torch.equal(images.read(path), planes(np.where(bits, 255, 0).astype(np.uint8)))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_an_opaque_alpha_channel_is_dropped(mode, tmp_path):
    picture = Image.fromarray(COLOUR if mode != "LA" else GRADIENT)
    path = save(tmp_path, picture.convert("P").convert("PA") if mode == "PA" else picture.convert(mode), "picture.tif")
    assert Image.open(path).mode == mode
    expected = np.asarray(picture.convert("P").convert("RGB")) if mode == "PA" else np.asarray(picture)
    assert torch.equal(images.read(path), planes(expected))


def with_alpha(picture, alpha):
    picture.putalpha(Image.fromarray(alpha))
    return picture


@pytest.mark.parametrize("kind", ["RGBA", "LA", "P", "RGB", "L"])
def test_transparency_is_refused(kind, tmp_path):
    alpha = np.full(GRADIENT.shape, 255, np.uint8)
    alpha[3, 4] = 254
    path = {
        "RGBA": lambda: save(tmp_path, with_alpha(Image.fromarray(COLOUR), alpha)),
        "LA": lambda: save(tmp_path, with_alpha(Image.fromarray(GRADIENT), alpha)),
        "P": lambda: save(tmp_path, Image.fromarray(COLOUR).quantize(7), transparency=3),
        "RGB": lambda: save(tmp_path, Image.fromarray(COLOUR), transparency=tuple(COLOUR[3, 4].tolist())),
        "L": lambda: save(tmp_path, Image.fromarray(GRADIENT), transparency=int(GRADIENT[3, 4])),
    }[kind]()
    assert Image.open(path).mode == kind
    with pytest.raises(UserError, match=r"picture\.png: has transparent pixels"):
        images.read(path)


@pytest.mark.parametrize(("name", "little"), [("deep.png", True), ("deep.tif", True), ("big-endian.tif", False)])
def test_of_16_bits_the_high_byte_is_kept(name, little, tmp_path):
    deep = GRADIENT.astype(np.uint16) * 256 + np.arange(10, dtype=np.uint16) * 28
    picture = Image.fromarray(deep) if little else Image.frombytes("I;16B", (10, 12), deep.astype(">u2").tobytes())
    path = save(tmp_path, picture, name)
    assert Image.open(path).mode.startswith("I;16")
    assert torch.equal(images.read(path), planes(GRADIENT))


def test_cmyk_becomes_rgb(tmp_path):
    ink = np.zeros((16, 16, 4), np.uint8)
    ink[:, 8:] = (0, 255, 255, 0)  # magenta and yellow: red
    ink[:8, :, 3] = 255  # black
    path = save(tmp_path, Image.fromarray(ink, mode="CMYK"), "picture.tif")
    assert Image.open(path).mode == "CMYK"
    read = images.read(path)
    assert [read[:, y, x].tolist() for y, x in ((0, 0), (12, 0), (12, 12))] == [[0, 0, 0], [255] * 3, [255, 0, 0]]


@pytest.mark.parametrize(("mode", "dtype"), [("F", np.float32), ("I", np.int32)])
def test_pixels_without_a_range_are_refused(mode, dtype, tmp_path):
    path = save(tmp_path, Image.fromarray(GRADIENT.astype(dtype)), "picture.tif")
    assert Image.open(path).mode == mode
    with pytest.raises(UserError, match=rf"picture\.tif: pixels of kind {mode} are not read"):
        images.read(path)


TURNED = {  # what is stored, of the upright picture u, where the orientation's number says its first row and column lie
    1: lambda u: u,  # top, left
    2: lambda u: u[:, ::-1],  # top, right
    3: lambda u: u[::-1, ::-1],  # bottom, right
    4: lambda u: u[::-1],  # bottom, left
    5: lambda u: u.swapaxes(0, 1),  # left, top
    6: lambda u: u[:, ::-1].swapaxes(0, 1),  # right, top
    7: lambda u: u[::-1, ::-1].swapaxes(0, 1),  # right, bottom
    8: lambda u: u[::-1].swapaxes(0, 1),  # left, bottom
}


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
def test_a_picture_is_turned_upright(orientation, suffix, tmp_path):
    upright = np.kron(COLOUR[:3, :2], np.ones((16, 16, 1), np.uint8))  # flat blocks, which a JPEG keeps
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(TURNED[orientation](upright)))
    options = {"quality": 100, "subsampling": 0} if suffix == ".jpg" else {}
    path = save(tmp_path, stored, f"picture{suffix}", exif=exif, **options)
    difference = images.read(path).int() - planes(upright).int()
    assert difference.abs().max() <= (2 if suffix == ".jpg" else 0)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif", ".bmp"])
@pytest.mark.parametrize("kept", [0.5, 0.97])
def test_a_file_cut_off_is_an_error_that_names_it(suffix, kept, tmp_path, photograph):
    path = tmp_path / f"picture{suffix}"
    images.write(path, photograph("chelsea")[:, :60, :60])
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(UserError, match=rf"picture\{suffix}: (damaged or cut off|not a picture)"):
        images.read(path)


def test_a_damaged_file_is_an_error_that_names_it(tmp_path, photograph):
    path = tmp_path / "picture.png"
    images.write(path, photograph("chelsea")[:, :60, :60])
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"picture\.png: damaged or cut off"):
        images.read(path)


def test_of_a_damaged_tiff_nothing_else_reaches_the_terminal(tmp_path, capfd):
    path = tmp_path / "picture.tif"
    path.write_bytes(wild.with_a_wrong_code())
    with pytest.raises(UserError, match="damaged or cut off"):
        images.read(path)
    assert capfd.readouterr().err == ""  # from C too
    with pytest.raises(OSError, match="decoder error"), Image.open(path) as file:
        file.load()
    assert capfd.readouterr().err  # as it was for others


def test_pictures_that_are_open_at_once_leave_libtiff_as_it_was(tmp_path, capfd):
    """As threads open them: the one that was opened first is closed first."""
    path = tmp_path / "picture.tif"
    path.write_bytes(wild.with_a_wrong_code())
    first, second = ExitStack(), ExitStack()
    for each in (first, second):
        each.enter_context(decode.opened(path, path.name))
    first.close()
    second.close()
    with pytest.raises(OSError, match="decoder error"), Image.open(path) as file:
        file.load()
    assert capfd.readouterr().err


@pytest.mark.parametrize("content", [b"", b"a letter and no picture"])
def test_a_file_that_is_no_picture(content, tmp_path):
    (tmp_path / "letter.png").write_bytes(content)
    with pytest.raises(UserError, match=r"letter\.png: not a picture that can be read"):
        images.read(tmp_path / "letter.png")


def test_a_missing_file(tmp_path):
    with pytest.raises(UserError, match=r"nothing\.png: no such file"):
        images.read(tmp_path / "nothing.png")


def test_what_the_system_refuses_to_read_is_an_error_that_names_it(tmp_path):
    (tmp_path / "round.png").symlink_to("round.png")
    with pytest.raises(UserError, match=r"round\.png: cannot be read \(Too many levels of symbolic links\); mend that"):
        images.read(tmp_path / "round.png")


def test_a_target_is_checked_and_nothing_made(tmp_path, monkeypatch):
    images.check_target(tmp_path / "new" / "deep" / "a.png")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(UserError, match=r"notes\.txt/new: cannot be made \(Not a directory\); choose another folder"):
        images.check_target(tmp_path / "notes.txt" / "new" / "a.png")
    monkeypatch.setattr("os.access", lambda path, _: path != tmp_path)
    with pytest.raises(UserError, match=r"new: cannot be written to; choose another folder"):
        images.check_target(tmp_path / "new" / "a.png")
    images.write(tmp_path.parent / "made" / "a.png", torch.zeros(3, 2, 2, dtype=torch.uint8))
    assert (tmp_path.parent / "made" / "a.png").exists()


def test_an_absurdly_large_picture_is_an_error_that_names_it(tmp_path, monkeypatch):
    path = save(tmp_path, Image.fromarray(COLOUR))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 50)  # Pillow refuses twice as many
    with pytest.raises(UserError, match=r"picture\.png: .*120 pixels"):
        images.read(path)


def test_a_folder_is_no_picture(tmp_path):
    with pytest.raises(UserError, match=str(tmp_path)):
        images.read(tmp_path)


# Writing


@pytest.mark.parametrize("name", ["picture", "picture.gif", "picture.png.part"])
def test_the_suffix_names_the_format(name, tmp_path):
    with pytest.raises(UserError, match=rf"{name}: the name of a picture must end in one of \.png \.jpg"):
        images.write(tmp_path / name, planes(COLOUR))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "image",
    [torch.zeros(3, 4, 4), torch.zeros(4, 4, dtype=torch.uint8)]
    + [torch.zeros(shape, dtype=torch.uint8) for shape in [(2, 4, 4), (4, 4, 4), (1, 3, 4, 4), (2, 3, 4, 4)]],
    ids=lambda image: f"{image.dtype}-{tuple(image.shape)}",
)
def test_only_uint8_pictures_of_one_or_three_channels_are_written(image, tmp_path):
    with pytest.raises(ValueError, match="uint8 image"):
        images.write(tmp_path / "picture.png", image)
    assert not list(tmp_path.iterdir())


def test_a_failing_write_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "picture.png"
    images.write(path, planes(COLOUR))

    def fail(self, part, *args, **kwargs):
        part.write_bytes(b"half a pic")
        raise OSError("no space left on device")

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(UserError, match=r"picture.png: cannot be written \(no space left"):
        images.write(path, planes(COLOUR[::-1]))
    assert [entry.name for entry in tmp_path.iterdir()] == ["picture.png"]
    assert torch.equal(images.read(path), planes(COLOUR))


# Small conversions


@pytest.mark.parametrize(("shape", "scale", "expected"), [((3, 321, 481), 2, (3, 320, 480)), ((1, 8, 7), 3, (1, 6, 6))])
def test_cropping_keeps_the_top_left(shape, scale, expected):
    image = torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    cropped = images.crop_to_multiple(image, scale)
    assert cropped.shape == expected
    assert torch.equal(cropped, image[:, : expected[1], : expected[2]])


def test_grey_becomes_three_equal_channels():
    grey = planes(GRADIENT)
    assert torch.equal(images.to_rgb(grey), torch.cat([grey, grey, grey]))
    assert images.to_rgb(planes(COLOUR)).shape == (3, 12, 10)


def test_grey_levels_survive_floats():
    levels = torch.arange(256, dtype=torch.uint8).view(1, 16, 16)
    floats = images.to_float(levels)
    assert floats.dtype == torch.float32
    assert (floats.min(), floats.max()) == (0, 1)
    assert torch.equal(images.to_uint8(floats), levels)
    for nearby in (-0.49, 0.49):
        assert torch.equal(images.to_uint8(floats + nearby / 255), levels)
    assert images.to_uint8(torch.tensor([-1.0, -0.001, 1.001, 7.0])).tolist() == [0, 0, 255, 255]


def test_to_uint8_leaves_its_input_alone():
    floats = torch.full((1, 2, 2), 1.5)
    images.to_uint8(floats)
    assert (floats == 1.5).all()


def test_jpeg_keeps_every_pixels_colour(tmp_path):
    images.write(tmp_path / "a.jpg", planes(COLOUR))
    with Image.open(tmp_path / "a.jpg") as file:
        assert JpegImagePlugin.get_sampling(file) == 0


def test_a_suffix_in_capitals_is_the_same_format():
    with pytest.raises(UserError, match="JPEG would blur it"):
        images.check_target("mask.JPG", lossless=True)
