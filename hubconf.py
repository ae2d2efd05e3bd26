"""The published networks for `torch.hub.load`, named with underscores: `wdsr_a1_5` is `hfsr.load_model("wdsr-a1-5")`."""

from functools import partial as _partial

from hfsr.models.store import load_model as _load_model
from hfsr.paths import published as _published

dependencies = ["PIL", "filelock", "numpy", "platformdirs", "safetensors", "torch"]

for _name in _published():
    _size = "H, W" if _name in _published(1) else "2H, 2W"
    _entry = _partial(_load_model, _name)
    _entry.__doc__ = (
        f"The network {_name} as a torch.nn.Module: float images (N, 3, H, W) in [0, 1] to (N, 3, {_size})."
    )
    globals()[_name.replace("-", "_")] = _entry
