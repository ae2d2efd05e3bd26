"""A super-resolution network by its name: published with the package, or made by a finished run on this machine."""

from pathlib import Path
from typing import Any

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import read_json, sha256
from hfsr.models import SRCNN, WDSR, store
from hfsr.studies import runs, superres_runs

PLAIN = ("original", "bicubic")  # the methods that need no network


def is_published(name: str) -> bool:
    """Whether a network of that name comes with the package, and its record is not stale."""
    path = paths.results() / "superres" / f"{name}.json"
    return name in store.published() and path.exists() and not runs.check(read_json(path))


def weights(name: str) -> Path:
    """The file of the published network, or else that of the finished run which makes it.

    Raises
    ------
    UserError
        If there is none, or its run is not finished.
    """
    run = _run(name)
    if run and (run / runs.RECORD).exists() and not is_published(name):
        return run / runs.WEIGHTS
    if name in store.published():
        return paths.weights() / f"{name}.safetensors"
    if made := superres_runs.maker(name):
        raise UserError(f"{name}: its network is not trained yet; first run `{superres_runs.command(made)}`")
    known = ", ".join((*PLAIN, *store.published()))
    raise UserError(f"no method is called {name!r}: choose one of {known}; hfsr publish adds a trained model")


def record(name: str) -> dict[str, Any]:
    """The record of the run that made the network of `weights`; a stale one is a `UserError`."""
    run = _run(name)
    return runs.read(run) if run and weights(name).parent == run else runs.record(name)


def _run(name: str) -> Path | None:
    """Folder of the run that makes a network, finished or not."""
    made = superres_runs.maker(name)
    return runs.folder("superres", superres_runs.run_name(made)) if made else None


def load(name: str) -> WDSR | SRCNN:
    """The network of that name, in evaluation mode, float32, on the CPU.

    Raises
    ------
    UserError
        If there is none, or it is no network that enlarges x2.
    """
    model = store.load(weights(name))
    if not isinstance(model, WDSR | SRCNN):
        raise UserError(f"{name} is a {type(model).__name__}: images are enlarged by a super-resolution network")
    if model.scale != 2:
        raise UserError(f"{name} enlarges x{model.scale}: the study enlarges x2")
    return model


def weights_digest(method: str) -> str | None:
    """SHA-256 of the file of the network that enlarges, as records hold it; None where there is no network."""
    if method in PLAIN:
        return None
    load(method)
    return sha256(weights(method))
