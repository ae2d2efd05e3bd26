"""`torch.hub` on a clone of the project: every published network, by its name with underscores."""

import ast
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from hfsr import load_model, paths

ROOT = Path(__file__).parents[1]


def imported() -> set[str]:
    """The packages of others that the modules behind it import at their beginning."""
    script = (
        "import hubconf, sys; print(*(each.__file__ for name, each in sys.modules.items() if name.startswith('hfsr')))"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    found = set()
    for path in ended.stdout.split():
        for each in ast.parse(Path(path).read_text()).body:
            names = [name.name for name in each.names] if isinstance(each, ast.Import) else []
            found |= {name.partition(".")[0] for name in [*names, getattr(each, "module", None) or ""]}
    return found - set(sys.stdlib_module_names) - {"hfsr", ""}


def test_it_has_every_published_network_and_nothing_else():
    names = {name: value for name, value in runpy.run_path(ROOT / "hubconf.py").items() if not name.startswith("_")}
    assert set(names.pop("dependencies")) == imported()
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
