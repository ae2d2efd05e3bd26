"""hfsr: super-resolution trained on the pixels that differ most from their neighbours, an executable paper.

from hfsr import HighFrequencyL1
loss = HighFrequencyL1(alpha="1/5")     # then, in any training loop: loss(sr, hr).backward()
"""

from hfsr import images, metrics, models
from hfsr.errors import UserError
from hfsr.losses import HighFrequencyL1, l1, masked_l1
from hfsr.models.store import load_model
from hfsr.weightmap import map_statistics, selected_fraction, selection_mask, weight_map

__version__ = "0.1.0"
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
    "weight_map",
]
