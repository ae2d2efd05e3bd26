"""hfsr: super-resolution trained on the pixels that differ most from their neighbours, an executable paper.

from hfsr import HighFrequencyL1
loss = HighFrequencyL1(alpha="1/5")     # then, in any training loop: loss(sr, hr).backward()

A name is loaded when it is first asked for (PEP 562), so that what needs no torch, such as ``hfsr --help``, answers at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the same names once more, for type checkers and editors; a test compares the two
    from hfsr import images, metrics, models
    from hfsr.errors import UserError
    from hfsr.losses import HighFrequencyL1, l1, masked_l1
    from hfsr.models.store import load_model
    from hfsr.models.upscaling import upscale
    from hfsr.weightmap import map_statistics, selected_fraction, selection_mask, weight_map

__version__ = "0.1.0"  # its one home: pyproject.toml reads it here
__all__ = [
    "HighFrequencyL1",
    "UserError",
    "images",
    "l1",
    "load_model",
    "map_statistics",
    "masked_l1",
    "metrics",
    "models",
    "selected_fraction",
    "selection_mask",
    "upscale",
    "weight_map",
]

_HOMES = {  # the module of each name; what stands in no list here is a module itself
    "hfsr.errors": ("UserError",),
    "hfsr.models.upscaling": ("upscale",),
    "hfsr.losses": ("HighFrequencyL1", "l1", "masked_l1"),
    "hfsr.models.store": ("load_model",),
    "hfsr.weightmap": ("map_statistics", "selected_fraction", "selection_mask", "weight_map"),
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'hfsr' has no attribute {name!r}")
    home = next((module for module, names in _HOMES.items() if name in names), None)
    found = getattr(import_module(home), name) if home else import_module(f"hfsr.{name}")
    globals()[name] = found  # asked once
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
