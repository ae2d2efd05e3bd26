"""What a run leaves: one JSON file, read back field by field. Every number shown anywhere comes from one."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import msgspec
import numpy as np
from torch import nn

from hfsr import paths
from hfsr.data import embedded
from hfsr.errors import UserError
from hfsr.files import read_json, sha256, write_json
from hfsr.models import store
from hfsr.studies import digests, provenance, recipes
from hfsr.training import hardware, processes
from hfsr.training.loop import Progress

RECORD = "record.json"
WEIGHTS = "weights.safetensors"

Settings = dict[str, Any]  # a part of a record's JSON, as it is written or read
Measured = dict[str, dict[str, list[int | float]]]  # set -> metric -> one value a picture
Kind = TypeVar("Kind", bound="Record")


@dataclass(frozen=True, kw_only=True)
class Data:
    """What a run read.

    Parameters
    ----------
    name : str or None
        Of the set; None where nothing is trained.
    images : int
        Training images, or of a measurement the pictures.
    digest : str, dict of str -> str, or None
        SHA-256 of the data; of several sets one each.
    test_images : int, optional
        Of a labelled set.
    pixels : dict, optional
        Of measured sets: set -> pixels of each picture.
    """

    name: str | None
    images: int
    digest: str | dict[str, str] | None
    test_images: int | None = None
    pixels: dict[str, list[int]] | None = None


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What made a number.

    Parameters
    ----------
    device : str
        Processor or GPU, see `hfsr.studies.provenance.machine`.
    versions : dict of str -> str
        Of Python and of the packages that numbers depend on.
    commit : str or None
        Of the checkout.
    command : str
        What makes the run again.
    """

    device: str
    versions: dict[str, str]
    commit: str | None
    command: str


@dataclass(frozen=True, kw_only=True)
class Record(Origin, ABC):
    """What all records hold.

    Parameters
    ----------
    study : str
        The kind of run.
    method : str
    data : Data
    metrics : dict of str -> number
        The convention in each name, such as ``"set5/psnr_y_border2"``.
    name : str, optional
        What it was published as.
    model : str, optional
        What its network was published as.
    """

    folder: ClassVar[str]  # below results/

    study: str
    method: str
    data: Data
    metrics: dict[str, int | float]
    name: str | None = None
    model: str | None = None

    @property
    @abstractmethod
    def speed(self) -> float | None:
        """What one process did a second, in the unit of `hfsr.studies.flops.Work.training`; None where nothing was timed."""

    def problems(self) -> list[str]:
        """What has changed since it was made: recipe, data, weights; empty if nothing has.

        Only the embedded photographs are compared with the data's digest, as no others come with the project.
        """
        if self.data.name in embedded.SPLITS and digests.photographs(self.data.name)["data_digest"] != self.data.digest:
            return ["the embedded photographs have changed"]
        return []

    def made_from(self) -> Settings:
        """All that it says of its run and of what that read, in the words of `Run.identity` and `Run.inputs`."""
        return msgspec.to_builtins(self) | {"data": self.data.name, "data_digest": self.data.digest}


@dataclass(frozen=True, kw_only=True)
class TrainingRecord(Record):
    """What a training leaves.

    Parameters
    ----------
    recipe, recipe_digest : str
    alpha, mask : float and str, or None
        What the super-resolution network was trained on.
    seed : int or None
    steps : int
    per_image : dict
        Set -> metric -> one value a picture; their means are among the metrics.
    curve : list of dict
        The log's entries that hold a measurement.
    seconds, images_per_second : float
    processes : int
    precision : {"bf16", "float32"}, optional
        What the training multiplied in; older records say it by their device only.
    weights_sha256 : str or None
    """

    recipe: str
    recipe_digest: str
    alpha: float | None
    mask: str | None
    seed: int | None
    steps: int
    per_image: Measured
    curve: list[dict[str, int | float]]
    seconds: float
    images_per_second: float | None
    weights_sha256: str | None
    processes: int = 1
    precision: str | None = None

    def problems(self) -> list[str]:
        found = recipe_problems(self.folder, self.recipe, self.recipe_digest) + super().problems()
        return found + (weights_problems(self.model, self.weights_sha256) if self.model else [])


def recipe_problems(study: str, recipe: str, digest: str) -> list[str]:
    """Whether a recipe is still the one that a record names."""
    known = recipes.STUDIES[study].get(recipe)
    return [] if known and known.digest == digest else [f"recipe {recipe} has changed"]


def weights_problems(model: str, digest: str | None) -> list[str]:
    """Whether a published network is still the one that a record names."""
    weights = paths.weights() / f"{model}.safetensors"
    fresh = weights.exists() and sha256(weights) == digest
    return [] if fresh else [f"weights {model} have changed or are missing"]


def origin(command: str) -> Settings:
    """The fields of `Origin` of what is made now, by this command."""
    made = Origin(
        device=provenance.machine(), versions=provenance.versions(), commit=provenance.commit(), command=command
    )
    return vars(made)


def training(folder: Path, progress: Progress, steps: int, images: int) -> Settings:
    """What a record says of a training: curve, seconds, throughput at so many `images` an iteration, digest of the weights."""
    return {
        "curve": [entry for entry in progress.log if any("/" in key for key in entry)],  # those with a measured set
        "seconds": round(progress.seconds, 1),
        "images_per_second": round(steps * images / progress.seconds, 1) if progress.seconds else None,
        "processes": processes.count(),
        "precision": hardware.precision() if steps else None,
        "weights_sha256": sha256(folder / WEIGHTS) if steps else None,
    }


def save_weights(folder: Path, model: nn.Module) -> nn.Module:
    """Write a run's final weights (float16) and return the network read back: the one that is measured."""
    store.save(folder / WEIGHTS, model)  # type: ignore[arg-type]
    return store.load(folder / WEIGHTS)


def means(measured: Measured) -> dict[str, float]:
    """Means over the pictures, as metrics: ``set/metric``."""
    return {
        f"{name}/{metric}": float(np.mean(values)) for name, each in measured.items() for metric, values in each.items()
    }


def read(path: Path, kind: type[Kind]) -> Kind:
    """Read one record.

    Raises
    ------
    UserError
        If there is none, or a field is missing or of another type: the line names it.
    """
    if not path.exists():
        raise UserError(f"{path.parent}: no finished run lies here; run its command to the end first")
    try:
        return msgspec.convert(read_json(path), kind)
    except msgspec.ValidationError as error:
        raise UserError(f"{path}: not a record of {kind.folder}: {error}; run its command again") from error


def write(folder: Path, record: Record) -> None:
    """Write a run's record, the last thing that a run does. What a kind of record need not have is left out if it is None."""
    content = msgspec.to_builtins(record)
    for part, needless in ((content, ("name", "model")), (content["data"], ("test_images", "pixels"))):
        for key in needless:
            if part.get(key) is None:
                part.pop(key, None)  # of a record that was read it is not there at all
    write_json(folder / RECORD, content)


def differences(asked: Mapping[str, Any], made: Mapping[str, Any]) -> list[str]:
    """In what something made differs from what is asked for, a phrase each; compared as JSON, which has no tuples.

    Examples
    --------
    >>> differences({"seed": 1, "steps": 9}, {"seed": 0, "steps": 9})
    ['seed = 0, not 1']
    """
    plain = json.loads(json.dumps(dict(asked)))
    return [f"{key} = {made.get(key)!r}, not {value!r}" for key, value in plain.items() if made.get(key) != value]
