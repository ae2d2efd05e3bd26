"""What a run leaves: one JSON file, read back field by field. Every number shown anywhere comes from one."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar, TypeVar

import msgspec

from hfsr.data import embedded
from hfsr.data.degradation import BICUBIC
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.studies import changed, digests
from hfsr.studies.provenance import Origin

RECORD = "record.json"
WEIGHTS = "weights.safetensors"
LATER = ("name", "model", "outside", "degrade", "sharpening", "stem", "upscaler_seed")  # that a record need not have

Settings = dict[str, object]  # some of a record's fields by name, not typed before `made` has checked them
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

    Examples
    --------
    >>> Data(name="set5", images=5, digest=None).test_images is None  # no labelled set
    True
    """

    name: str | None
    images: int
    digest: str | dict[str, str] | None
    test_images: int | None = None
    pixels: dict[str, list[int]] | None = None


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

    Examples
    --------
    >>> from hfsr.studies import published, superres_run
    >>> record = published.read(superres_run.SuperresRecord, "bicubic-bench")
    >>> record.study, record.method, record.problems()
    ('superres', 'bicubic', [])
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
        if self.data.name in embedded.SPLITS:
            here = digests.photographs(self.data.name, self.degraded_by)["data_digest"]
            return ["the embedded photographs have changed"] if here != self.data.digest else []
        return []

    @property
    def degraded_by(self) -> str:
        """What was done to the pictures that it says the digest of, see `hfsr.data.degradation.degraded`."""
        return BICUBIC

    def made_from(self) -> Settings:
        """All that it says of its run and of what that read, in the words of `Run.identity` and `Run.inputs`."""
        every = {each.name: getattr(self, each.name) for each in fields(self)}  # what the file left out too
        return msgspec.to_builtins(every) | {"data": self.data.name, "data_digest": self.data.digest}


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

    Examples
    --------
    >>> from hfsr.studies import published, superres_run
    >>> record = published.read(superres_run.SuperresRecord, "wdsr-a1-5")
    >>> record.alpha, record.mask, record.seed, record.steps
    (0.2, 'high', 0, 10000)
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

    @property
    def answers(self) -> dict[str, str]:
        """What its network answered beside `per_image`, as digits by set."""
        return {}

    def problems(self) -> list[str]:
        found = changed.recipe(self.folder, self.recipe, self.recipe_digest) + super().problems()
        if self.model:
            return found + changed.weights(self.model, self.weights_sha256)
        return found + changed.further(str(self.name), self.weights_sha256)


def read(path: Path, kind: type[Kind]) -> Kind:
    """Read one record.

    Raises
    ------
    UserError
        If there is none, it is of another study, or a field is missing, of another type or unknown: the line names it.

    Examples
    --------
    >>> from hfsr import paths
    >>> from hfsr.studies.superres_run import SuperresRecord
    >>> read(paths.results() / "superres" / "bicubic-bench.json", SuperresRecord).method
    'bicubic'
    """
    if not path.exists():
        raise UserError(f"{path.parent}: no finished run lies here; run its command to the end first")
    try:
        content = read_json(path)
        record = msgspec.convert(content, kind)
        for part, known in ((content, kind), (content["data"], Data)):
            if unknown := part.keys() - {each.name for each in fields(known)}:
                raise msgspec.ValidationError(f"Object has unknown field `{min(unknown)}`")
        if record.study != kind.folder:
            raise msgspec.ValidationError(f"its `study` is {record.study!r}")
    except msgspec.ValidationError as error:
        raise UserError(
            f"{path}: not a record of {kind.folder}: {error}; delete it and run its command again"
        ) from error
    return record


def made(kind: type[Kind], *parts: Mapping[str, object]) -> Kind:
    """A record put together from what its run says of itself and what it found; each field's type is checked.

    Examples
    --------
    >>> from hfsr.studies import published, superres_run
    >>> record = published.read(superres_run.SuperresRecord, "bicubic-bench")
    >>> made(superres_run.SuperresRecord, vars(record), {"name": "mine"}).name
    'mine'
    """
    return msgspec.convert(msgspec.to_builtins({key: value for part in parts for key, value in part.items()}), kind)


def write(folder: Path, record: Record) -> None:
    """Write a run's record, the last thing that a run does. What a kind of record need not have is left out if it is None.

    Examples
    --------
    >>> import tempfile
    >>> from hfsr.studies import published, superres_run
    >>> record = published.read(superres_run.SuperresRecord, "bicubic-bench")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Path(folder), record)
    ...     read(Path(folder) / RECORD, superres_run.SuperresRecord) == record
    True
    """
    content = msgspec.to_builtins(record)
    for part, needless in ((content, LATER), (content["data"], ("test_images", "pixels"))):
        for key in needless:
            if part.get(key) is None:
                part.pop(key, None)  # of a record that was read it is not there at all
    write_json(folder / RECORD, content)


def differences(asked: Mapping[str, object], made: Mapping[str, object]) -> list[str]:
    """In what something made differs from what is asked for, a phrase each; compared as JSON, which has no tuples.

    Examples
    --------
    >>> differences({"seed": 1, "steps": 9}, {"seed": 0, "steps": 9})
    ['seed = 0, not 1']
    """
    plain = json.loads(json.dumps(dict(asked)))
    return [f"{key} = {made.get(key)!r}, not {value!r}" for key, value in plain.items() if made.get(key) != value]
