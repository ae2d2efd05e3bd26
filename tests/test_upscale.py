import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import torch

from hfsr.images import resize_bicubic, to_float, to_uint8
from hfsr.models import SRCNN, WDSR
from hfsr.upscale import upscale


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
    tiled = upscale(network, image, tile=tile)
    assert tiled.shape == (3, 2 * size[0], 2 * size[1])
    assert (whole.int() - tiled.int()).abs().max() <= 1


def test_a_halo_smaller_than_the_field_would_show(network):
    """The test above can fail: with half the halo, tiles differ from the whole."""
    image = picture(3, 64, 64)
    whole = upscale(network, image, tile=64)
    network.halo = 1
    assert (whole.int() - upscale(network, image, tile=16).int()).abs().max() > 1


def test_grey_comes_back_grey(network):
    grey = picture(1, 12, 15)
    colour = network(to_float(grey.expand(3, -1, -1))[None])[0]
    assert torch.equal(upscale(network, grey), to_uint8(colour.mean(dim=0, keepdim=True)))


@pytest.mark.parametrize("tile", [4, 7, 192])
def test_bicubic_is_matlabs_in_tiles_too(tile):
    image = picture(3, 19, 14)
    assert torch.equal(upscale("bicubic", image, tile=tile), resize_bicubic(image, 2))


def test_no_gradients_are_kept(network):
    assert not upscale(network, picture(3, 8, 8)).requires_grad
    assert all(parameter.grad is None for parameter in network.parameters())


def test_a_method_that_is_neither_is_refused():
    with pytest.raises(ValueError, match="a network or"):
        upscale("lanczos", picture(3, 8, 8))


@pytest.mark.processes
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak of memory is read as Linux tells it")
def test_memory_stays_flat_but_for_the_pictures_themselves():
    """Twelve million pixels, in a process of its own: as floats the result alone would take 576 MB."""
    script = """
        import re, torch
        from pathlib import Path
        from hfsr.models import WDSR
        from hfsr.upscale import upscale

        def peak():  # MB; of this program alone, unlike getrusage's
            return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024

        torch.set_num_threads(1)
        network = WDSR(blocks=1, features=4, expansion=1).eval()
        upscale(network, torch.zeros(3, 300, 300, dtype=torch.uint8))
        picture = torch.zeros(3, 3000, 4000, dtype=torch.uint8)
        before = peak()
        upscale(network, picture)
        print(peak() - before)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    assert 0 < float(ended.stdout) < 36 + 144 + 50  # MB: both pictures as bytes, and the tiles
