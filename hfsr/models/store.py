"""Networks as files: safetensors in float16, with what is needed to build them again."""

import json
import os
from difflib import get_close_matches
from importlib.metadata import metadata
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from hfsr import paths
from hfsr.classifiers import Compact, ResNet
from hfsr.errors import UserError
from hfsr.files import atomic, sha256
from hfsr.models.srcnn import SRCNN
from hfsr.models.wdsr import WDSR

Network = WDSR | SRCNN | ResNet | Compact
NETWORKS: dict[str, type[Network]] = {each.__name__: each for each in (WDSR, SRCNN, ResNet, Compact)}


def save(path: Path | str, model: Network) -> None:
    """Write a network's weights in float16 (what does not fit, and whole numbers, as they are) and its settings, atomically.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "mine.safetensors"
    >>> save(path, WDSR(blocks=1))
    >>> type(load(path)).__name__
    'WDSR'
    """
    tensors = {name: _half(tensor).detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    # One entry: safetensors writes several in no fixed order, and equal weights should be equal files.
    description = json.dumps({"network": type(model).__name__, "settings": model.settings})
    with atomic(path) as part:
        save_file(tensors, part, metadata={"hfsr": description})


def _half(tensor: Tensor) -> Tensor:
    """In float16 if it fits: the statistics of batch normalisation may be beyond its range."""
    fits = tensor.is_floating_point() and bool(tensor.abs().max() <= torch.finfo(torch.float16).max)
    return tensor.half() if fits else tensor


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
        raise UserError(f"{path}: {'a folder, not a file' if Path(path).is_dir() else 'no such file'}")
    if not os.access(path, os.R_OK):
        raise UserError(f"{path}: may not be read; let its owner allow it")
    try:
        with safe_open(path, framework="pt") as file:
            description = json.loads((file.metadata() or {})["hfsr"])
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - not a dict
        model = NETWORKS[description["network"]](**description["settings"])
        model.load_state_dict(tensors)
        if not all(tensor.isfinite().all() for tensor in tensors.values()):
            raise ValueError("weights that are no numbers")
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError, ArithmeticError, OSError) as error:
        raise UserError(f"{path}: damaged, or no network of hfsr (hfsr.formats.hub reads its exports)") from error
    return model.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def load_model(name: str | Path) -> nn.Module:
    """Load a published network.

    Parameters
    ----------
    name : str or path
        Such as ``"wdsr-a1-5"``; `hfsr.paths.published` lists them. A path of a ``.safetensors`` file is taken too.

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


def find(name: str | Path, scale: int | None = None) -> Path:
    """The file of a network that is named as for `load_model`; a `UserError` if there is none.

    It lists the published ones, of `scale` alone where that is given, see `hfsr.paths.published`.

    Examples
    --------
    >>> find("wdsr-a1-5").name
    'wdsr-a1-5.safetensors'
    """
    if Path(name).suffix == ".safetensors":
        return Path(name)
    if str(name) not in paths.published():
        if beside := paths.find_weights(str(name)):
            raise UserError(f"{name}: not part of the package; give its file, {os.path.relpath(beside)}")
        known = paths.published(scale)
        alike = [f"; did you mean {each}?" for each in get_close_matches(str(name).lower().replace("_", "-"), known, 1)]
        choice = f"choose one of {', '.join(known)}, or a .safetensors file{''.join(alike)}"
        raise UserError(f"no model is called {str(name)!r}: {choice}")
    return paths.weights() / f"{name}.safetensors"


def load_to_export(name: str | Path) -> tuple[WDSR | SRCNN, dict[str, object]]:
    """Load a network that makes pictures, and what files of other formats say of it.

    Parameters
    ----------
    name : str or path
        As for `load_model`.

    Returns
    -------
    network : Module
        As of `load_model`.
    facts : dict
        ``name``, ``weights_sha256`` (the digest of its ``.safetensors`` file, which the published record has too), ``scale``,
        ``halo`` (small pixels around a tile that its result depends on), and of a published network the ``licence``.

    Raises
    ------
    UserError
        If there is no such network, or it is a classifier.

    Examples
    --------
    >>> facts = load_to_export("srcnn")[1]
    >>> facts["name"], facts["scale"], facts["halo"], facts["licence"]
    ('srcnn', 2, 6, 'MIT')
    """
    source = find(name)
    network = load(source)
    if not isinstance(network, WDSR | SRCNN):
        raise UserError(f"{name}: a classifier; only networks that make pictures are exported")
    facts: dict[str, object] = {"name": source.stem, "weights_sha256": sha256(source)}
    facts |= {"scale": network.scale, "halo": network.halo}
    if (published := paths.find_weights(source.stem)) and published.resolve() == source.resolve():
        facts["licence"] = metadata("hfsr")["License-Expression"]
    return network, facts
