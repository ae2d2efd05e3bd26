import importlib
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch

import hfsr
from hfsr import load_model, paths
from hfsr.classifiers import ResNet
from hfsr.errors import UserError
from hfsr.images import resize_bicubic, to_float, to_uint8
from hfsr.images.alpha import fill_transparent
from hfsr.images.convert import from_unit
from hfsr.models import SRCNN, WDSR, store
from hfsr.models.upscaling import upscale
from hfsr.studies import grid, published
from hfsr.studies.confirmation import ConfirmationRecord
from hfsr.studies.superres_run import SuperresRecord


@pytest.fixture(params=[lambda: WDSR(blocks=2), SRCNN], ids=["wdsr", "srcnn"])
def network(request):
    torch.manual_seed(0)
    return request.param().eval()


def picture(*shape: int) -> torch.Tensor:
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("size", [(1, 1), (7, 40), (33, 20), (64, 65)])
@pytest.mark.parametrize("tile", [16, 20])
def test_tiles_equal_the_whole_within_one_grey_level(network, size, tile):
    image = picture(3, *size)
    whole = to_uint8(network(to_float(image)[None])[0])
    tiled = upscale(image, network, tile=tile)
    assert tiled.shape == (3, 2 * size[0], 2 * size[1])
    assert (whole.int() - tiled.int()).abs().max() <= 1


def test_a_halo_smaller_than_the_field_would_show(network):
    """The test above can fail: with half the halo, tiles differ from the whole."""
    image = picture(3, 64, 64)
    whole = upscale(image, network, tile=64)
    network.halo = 1
    assert (whole.int() - upscale(image, network, tile=16).int()).abs().max() > 1


def test_grey_comes_back_grey(network):
    grey = picture(1, 12, 15)
    colour = network(to_float(grey.expand(3, -1, -1))[None])[0]
    assert torch.equal(upscale(grey, network), to_uint8(colour.mean(dim=0, keepdim=True)))


@pytest.mark.parametrize("tile", [4, 7, 192])
def test_bicubic_is_matlabs_in_tiles_too(tile):
    image = picture(3, 19, 14)
    assert torch.equal(upscale(image, "bicubic", tile=tile), resize_bicubic(image, 2))


@pytest.mark.parametrize("tile", [0, -5])
def test_a_tile_without_pixels_is_refused(tile):
    with pytest.raises(ValueError, match=f"tile = {tile}: a tile has at least 1 pixel a side"):
        upscale(picture(3, 19, 14), "bicubic", tile=tile)


def test_no_gradients_are_kept(network):
    for method in (network, "bicubic"):
        result = upscale(to_float(picture(3, 8, 8)), method)
        assert not result.requires_grad
        result[:, :2] = 0  # it is the reader's: to change, and to learn from
        weight = torch.ones(1, requires_grad=True)
        (weight * result).sum().backward()
        assert weight.grad == result.sum()


def test_a_method_that_is_neither_is_refused():
    with pytest.raises(UserError, match="no model is called 'lanczos'"):
        upscale(picture(3, 8, 8), "lanczos")


@pytest.mark.processes
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak of memory is read as Linux tells it")
def test_memory_stays_flat_but_for_the_pictures_themselves():
    """Twelve million pixels, in a process of its own: as floats the result alone would take 576 MB."""
    script = """
        import re, torch
        from pathlib import Path
        from hfsr.models import WDSR
        from hfsr.models.upscaling import upscale

        def peak():  # MB; of this program alone, unlike getrusage's
            return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024

        torch.set_num_threads(1)
        network = WDSR(blocks=1, features=4, expansion=1).eval()
        upscale(torch.zeros(3, 300, 300, dtype=torch.uint8), network)
        picture = torch.zeros(3, 3000, 4000, dtype=torch.uint8)
        before = peak()
        upscale(picture, network)
        print(peak() - before)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    assert 0 < float(ended.stdout) < 36 + 144 + 50  # MB: both pictures as bytes, and the tiles


# Arrays and other kinds of pixels


def test_an_array_comes_back_as_an_array(network):
    image = picture(3, 9, 12)
    array = image.permute(1, 2, 0).numpy()
    upscaled = upscale(array, network)
    assert (upscaled.shape, upscaled.dtype) == ((18, 24, 3), np.uint8)
    assert torch.equal(torch.from_numpy(upscaled).permute(2, 0, 1), upscale(image, network))
    assert torch.equal(torch.from_numpy(upscale(array[..., 0], network)), upscale(image[:1], network)[0])
    assert np.array_equal(upscale(array[::-1, :, ::-1], network), upscale(array[::-1, :, ::-1].copy(), network))


@pytest.mark.parametrize("method", ["network", "bicubic"])
@pytest.mark.parametrize("dtype", [np.uint16, ">u2", np.float16, np.float32, np.float64])
def test_finer_pixels_stay_fine_and_are_nearly_those_of_bytes(network, method, dtype):
    method = network if method == "network" else method
    coarse = 80 + picture(3, 9, 12).permute(1, 2, 0).numpy() // 3  # nothing is clipped on the way
    fine = coarse.astype(dtype) * np.uint16(257) if np.dtype(dtype).kind == "u" else (coarse / 255).astype(dtype)
    upscaled = upscale(fine, method)
    assert upscaled.dtype == np.dtype(dtype).newbyteorder("=")
    unit = upscaled / (65535 if upscaled.dtype == np.uint16 else 1)
    assert np.abs(255 * unit - upscale(coarse, method)).max() < 2  # bytes are rounded once or twice
    assert len(np.unique(upscaled)) > 256


def test_a_model_may_be_named(network, tmp_path):
    image = picture(3, 8, 8)
    assert torch.equal(hfsr.upscale(image), upscale(image, load_model(paths.DEFAULT_MODEL)))
    store.save(tmp_path / "mine.safetensors", network)
    assert torch.equal(
        upscale(image, tmp_path / "mine.safetensors"), upscale(image, store.load(tmp_path / "mine.safetensors"))
    )


def test_what_restores_upscales_nothing():
    with pytest.raises(UserError, match="wdsr-a0-dejpeg: keeps a picture's size"):
        upscale(picture(3, 8, 8), "wdsr-a0-dejpeg")
    assert upscale(picture(3, 8, 8), load_model("wdsr-a0-dejpeg")).shape == (3, 8, 8)


def test_the_function_stays_one_whatever_else_is_imported():
    importlib.import_module("hfsr.models.upscaling")
    assert callable(hfsr.upscale)


def test_the_default_is_the_best_of_the_published_networks():
    """By the mean PSNR of the literature's three sets, as the records have it."""
    measured = {
        record.model: sum(record.metrics[f"{name}/psnr_y_border2"] for name in ("set5", "set14", "bsd100"))
        for record in published.stale_or_not(SuperresRecord).values()
        if record.model in paths.published() and "set5/psnr_y_border2" in record.metrics
    }
    assert len(measured) > 5
    assert max(measured, key=measured.get) == paths.DEFAULT_MODEL


def test_the_page_says_by_how_much_the_default_is_ahead_of_the_papers_rows():
    """In words, so by the rounding that its words mean."""
    text = (paths.project() / "book" / "models.md").read_text().replace("\n", " ")
    gains = {}
    for kind, sets in ((SuperresRecord, ("set5", "set14", "bsd100")), (ConfirmationRecord, ("kodak24", "mcmaster"))):
        records = published.stale_or_not(kind).values()
        named = {record.of if kind is ConfirmationRecord else record.model: record for record in records}
        models = {name: named[name] for name in paths.published() if name in named}
        rows = [record for record in models.values() if record.recipe in ("bench", "long")]
        assert len(rows) == 9
        for name in sets:
            default, *others = (each.metrics[f"{name}/psnr_y_border2"] for each in (models[paths.DEFAULT_MODEL], *rows))
            gains[name] = default - max(others)
    assert "a tenth of a decibel or more ahead of every network of the paper's rows on Set5, BSD100 and Kodak24" in text
    assert min(gains["set5"], gains["bsd100"], gains["kodak24"]) >= 0.1
    assert "level with the best of them on Set14 and McMaster" in text
    assert [round(gains[name], 1) for name in ("set14", "mcmaster")] == [0, 0]


def test_the_page_says_how_much_work_the_last_training_was():
    flagship, finetuned = (grid.runs("superres", name)[f"wdsr-a1-5-{name}-s0"] for name in ("flagship", "finetuned"))
    assert flagship.work.training / finetuned.work.training == 24
    assert "for a twenty-fourth of that work" in (paths.project() / "book" / "models.md").read_text()


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((4, 4), bool), "uint8, uint16 or floats, not bool"),
        (np.zeros((4, 4), np.int64), "uint8, uint16 or floats, not int64"),
        (torch.zeros(3, 4, 4, dtype=torch.int32), r"uint8, uint16 or floats, not torch\.int32"),
        ([[0, 1]], "uint8, uint16 or floats, not list"),
        (np.zeros((4, 4, 5), np.uint8), "1 to 4 channels"),
        (np.zeros((1, 4, 4, 3), np.uint8), "1 to 4 channels"),
        (np.zeros((0, 4, 3), np.uint8), "1 to 4 channels"),
        (np.full((4, 4), 255.0), r"lie in \[0, 1\]: divide by 255"),
        (np.full((4, 4), np.nan), r"lie in \[0, 1\]"),
    ],
)
def test_what_is_no_picture_is_refused(image, message):
    with pytest.raises(ValueError, match=message):
        upscale(image, "bicubic")


def test_a_network_that_upscales_nothing_is_refused():
    with pytest.raises(UserError, match="a ResNet upscales nothing"):
        upscale(picture(3, 8, 8), ResNet(11).eval())


# Alpha


def disc(channels: int, dtype=torch.uint8) -> torch.Tensor:
    """A bright disc with a soft edge, of one colour, on black that is wholly transparent."""
    y, x = torch.meshgrid(torch.arange(40.0), torch.arange(48.0), indexing="ij")
    alpha = ((14 - ((y - 20) ** 2 + (x - 24) ** 2).sqrt()) / 4 + 0.5).clamp(0, 1)[None]
    colour = torch.tensor([0.9, 0.7, 0.5])[:channels, None, None] * (to_float(from_unit(alpha, dtype)) > 0)
    return torch.cat([from_unit(colour, dtype), from_unit(alpha, dtype)])


@pytest.mark.parametrize("method", ["network", "bicubic"])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16, torch.float32])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_soft_edge_gets_no_dark_fringe(method, dtype, channels):
    image = disc(channels, dtype)
    upscaled = upscale(image, load_model(paths.DEFAULT_MODEL) if method == "network" else method, tile=16)
    assert upscaled.shape == (channels + 1, 80, 96)
    colour, alpha = to_float(upscaled[:-1]), to_float(upscaled[-1])
    assert 0 < ((alpha > 0) & (alpha < 1)).float().mean() < 0.3  # soft still
    for plane, expected in zip(colour, (0.9, 0.7, 0.5), strict=False):
        assert (plane[alpha > 0] - expected).abs().max() < 0.02


def test_the_fringe_would_show(network):
    """The test above can fail: without the filling, the black comes through."""
    image = disc(3)
    colour = upscale(image[:3], "bicubic")
    assert to_float(colour[0])[upscale(image, "bicubic")[-1] > 0].min() < 0.5


def test_alpha_is_bicubic_and_seen_colour_is_the_networks(network):
    image = torch.cat([picture(3, 20, 24), torch.full((1, 20, 24), 128, dtype=torch.uint8)])
    image[3, 0, 0] = 255
    upscaled = upscale(image, network)
    assert torch.equal(upscaled[3:], resize_bicubic(image[3:], 2))
    assert torch.equal(upscaled[:3], upscale(image[:3], network))


def test_alpha_goes_with_a_network_of_another_scale():
    torch.manual_seed(0)
    image = torch.cat([picture(3, 8, 8), picture(1, 8, 8)])
    upscaled = upscale(image, WDSR(blocks=1, scale=4).eval())
    assert torch.equal(upscaled[3:], resize_bicubic(image[3:], 4))


def test_a_wholly_transparent_picture_stays_one(network):
    upscaled = upscale(torch.zeros(4, 5, 7, dtype=torch.uint8), network)
    assert upscaled.shape == (4, 10, 14)
    assert (upscaled[3] == 0).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (6, 7), (17, 3)])
def test_hidden_pixels_get_colours_that_are_seen_and_seen_ones_keep_theirs(size):
    colour, alpha = picture(3, *size), torch.zeros(1, *size, dtype=torch.uint8)
    alpha[0, -1, 0] = alpha[0, 0, -1] = 3
    seen = (alpha > 0).expand(3, -1, -1)
    filled = fill_transparent(colour, alpha)
    assert torch.equal(filled[seen], colour[seen])
    for before, after, mask in zip(colour, filled, seen, strict=True):
        assert before[mask].min() <= after.min()
        assert after.max() <= before[mask].max()
