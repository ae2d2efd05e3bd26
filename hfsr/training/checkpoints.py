"""Checkpoints: one safetensors file with the network, the optimiser and where the run stands; never a pickle."""

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from hfsr.errors import UserError
from hfsr.files import atomic


def save(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, state: dict[str, object]) -> None:
    """Write a checkpoint, atomically: the file at `path` is the old one or the new one, never half of either.

    Parameters
    ----------
    path : Path
    model, optimizer
        Whose tensors are kept.
    state : dict
        What else the run needs to go on, as JSON.

    Examples
    --------
    >>> import tempfile
    >>> path, model = Path(tempfile.mkdtemp()) / "checkpoint.safetensors", nn.Linear(2, 1)
    >>> optimizer = torch.optim.Adam(model.parameters())
    >>> save(path, model, optimizer, {"step": 3})
    >>> load(path, model, optimizer)
    {'step': 3}
    """
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    for index, values in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{key}": value for key, value in values.items() if isinstance(value, Tensor)}
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    text = json.dumps(state)
    with atomic(path) as part:
        save_file(tensors, part, metadata={"state": text, "digest": _digest(tensors, text)})


def load(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """Put a checkpoint's tensors back and return its state.

    Raises
    ------
    UserError
        If the file is damaged or belongs to another network.

    Examples
    --------
    >>> import tempfile
    >>> trained, fresh = nn.Linear(2, 1), nn.Linear(2, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Path(folder) / "checkpoint.safetensors", trained, torch.optim.Adam(trained.parameters()), {"step": 3})
    ...     load(Path(folder) / "checkpoint.safetensors", fresh, torch.optim.Adam(fresh.parameters()))
    {'step': 3}
    >>> torch.equal(fresh.weight, trained.weight)
    True
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        digest, text = metadata["digest"], metadata["state"]
        if digest not in (_digest(tensors, text), _digest(tensors)):  # older checkpoints: of the tensors alone
            raise ValueError("it does not match its digest")
        state = json.loads(text)
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise UserError(f"{path}: damaged checkpoint ({error}); delete it to start this run anew") from error
    try:
        model.load_state_dict(_below("model.", tensors))
    except RuntimeError as error:
        raise UserError(f"{path}: the checkpoint of another network; choose another folder for this run") from error
    optimizer.load_state_dict({**optimizer.state_dict(), "state": _by_parameter(_below("optimizer.", tensors))})
    _lay_out(optimizer)
    return state


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _by_parameter(tensors: dict[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        index, key = name.split(".")
        state.setdefault(int(index), {})[key] = tensor
    return state


def _lay_out(optimizer: torch.optim.Optimizer) -> None:
    """Lay moments out in memory as their weights are: a file has no layout, and a fused optimiser takes no other one."""
    for weights, values in optimizer.state.items():
        for key, value in values.items():
            if isinstance(value, Tensor) and value.shape == weights.shape:
                values[key] = torch.empty_like(weights, dtype=value.dtype).copy_(value)


def _digest(tensors: dict[str, Tensor], state: str = "") -> str:
    total = hashlib.sha256(state.encode())
    for name in sorted(tensors):
        total.update(name.encode())
        total.update(tensors[name].flatten().view(torch.uint8).numpy().data)
    return total.hexdigest()
