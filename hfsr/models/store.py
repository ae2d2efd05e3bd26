"""Networks as files: safetensors in float16, with what is needed to build them again."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import atomic
from hfsr.models.resnet import ResNet
from hfsr.models.srcnn import SRCNN
from hfsr.models.wdsr import WDSR

NETWORKS: dict[str, type[WDSR] | type[SRCNN] | type[ResNet]] = {"WDSR": WDSR, "SRCNN": SRCNN, "ResNet": ResNet}


def save(path: Path | str, model: WDSR | SRCNN | ResNet) -> None:
    """Write a network's weights in float16 (whole numbers as they are) and its settings, atomically.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "mine.safetensors"
    >>> save(path, WDSR(blocks=1))
    >>> type(load(path)).__name__
    'WDSR'
    """
    tensors = {
        name: (tensor.half() if tensor.is_floating_point() else tensor).detach().cpu().contiguous()
        for name, tensor in model.state_dict().items()
    }
    # One entry: safetensors writes several in no fixed order, and equal weights should be equal files.
    description = json.dumps({"network": type(model).__name__, "settings": model.settings})
    with atomic(path) as part:
        save_file(tensors, part, metadata={"hfsr": description})


def load(path: Path | str) -> nn.Module:
    """Read a network from a file of `save`.

    Returns
    -------
    Module
        In evaluation mode, float32, on the CPU.

    Raises
    ------
    UserError
        If the file is missing, damaged, or holds no network of this package.

    Examples
    --------
    >>> load(paths.weights() / "wdsr-a1-5.safetensors").settings["blocks"]
    8
    """
    if not Path(path).is_file():
        raise UserError(f"{path}: no such file")
    try:
        with safe_open(path, framework="pt") as file:
            description = json.loads((file.metadata() or {})["hfsr"])
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - not a dict
        model = NETWORKS[description["network"]](**description["settings"])
        model.load_state_dict(tensors)
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError, OSError) as error:
        raise UserError(f"{path}: holds no network of hfsr, or is damaged ({type(error).__name__})") from error
    return model.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def load_model(name: str | Path) -> nn.Module:
    """Load a published network.

    Parameters
    ----------
    name : str or path
        Such as ``"wdsr-a1-5"``; `published` lists them. A path of a ``.safetensors`` file is taken too.

    Returns
    -------
    Module
        In evaluation mode, float32, on the CPU.

    Raises
    ------
    UserError
        If there is no such model; it lists those there are.

    Examples
    --------
    >>> model = load_model("wdsr-a1-5")
    >>> model(torch.zeros(1, 3, 10, 12)).shape
    torch.Size([1, 3, 20, 24])
    """
    return load(find(name))


def find(name: str | Path) -> Path:
    """The file of a network that is named as for `load_model`; a `UserError` that lists the published ones if there is none.

    Examples
    --------
    >>> find("wdsr-a1-5").name
    'wdsr-a1-5.safetensors'
    """
    if Path(name).suffix == ".safetensors":
        return Path(name)
    if str(name) not in published():
        raise UserError(
            f"no model is called {str(name)!r}: choose one of {', '.join(published())}, or a .safetensors file"
        )
    return paths.weights() / f"{name}.safetensors"


def published() -> list[str]:
    """Names of the published networks, those that come with the package.

    Examples
    --------
    >>> "wdsr-a1-5" in published()
    True
    """
    return sorted(path.stem for path in paths.weights().glob("*.safetensors"))
