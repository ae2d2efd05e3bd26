"""`torch.hub` on a clone of the project: every published network, by its name with underscores."""

import runpy
from pathlib import Path

import pytest
import torch

from hfsr import load_model, paths

ROOT = Path(__file__).parents[1]


def test_it_has_every_published_network_and_nothing_else():
    names = {name: value for name, value in runpy.run_path(ROOT / "hubconf.py").items() if not name.startswith("_")}
    assert names.pop("dependencies")
    assert sorted(names) == sorted(name.replace("-", "_") for name in paths.published())
    for name, entry in names.items():
        size = "(N, 3, H, W)." if name.endswith(("denoise", "dejpeg")) else "(N, 3, 2H, 2W)."
        assert entry.__doc__.endswith(size)


@pytest.mark.parametrize("name", ["wdsr-a1-5", "srcnn"])
def test_a_network_is_that_of_load_model(name):
    network = torch.hub.load(str(ROOT), name.replace("-", "_"), source="local")
    batch = torch.rand(1, 3, 9, 12, generator=torch.manual_seed(0))
    with torch.inference_mode():
        assert torch.equal(network(batch), load_model(name)(batch))
