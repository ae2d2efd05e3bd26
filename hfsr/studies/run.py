"""A run as a thing: its name, folder, command, what it requires, and the record that it leaves.

`SuperresRun`, `UpscaledSet`, `Classification`, `Measurement` and `Spectra` share this interface, and what derives from them.
Whatever plans, publishes, checks or tabulates runs speaks to it alone.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, NamedTuple

import pandas as pd

from hfsr import paths
from hfsr.errors import UserError
from hfsr.studies import records
from hfsr.studies.flops import Work
from hfsr.studies.records import RECORD, Record, Settings
from hfsr.training.loop import LOG

SEEDS = 2**32  # there are: NumPy takes none beyond


class Notebook(NamedTuple):
    """The notebook that shows a run, and papermill's words for its parameters.

    Examples
    --------
    >>> from hfsr.studies import grid
    >>> grid.runs("superres", "quick")["wdsr-a1-5-quick-s0"].notebook.words
    '-p method wdsr -p alpha 1/5 -p recipe quick -p seed 0 -p steps 2000'
    """

    name: str
    words: str


class Run(ABC):
    """One run of a study; its kinds are frozen dataclasses.

    Examples
    --------
    >>> from hfsr.studies import grid
    >>> run = grid.runs("classify", "quick")["digits-bicubic-quick-s0"]
    >>> run.study, run.title, [each.command for each in run.requires]
    ('classify', 'digits-bicubic', ['hfsr upscale digits --model bicubic'])
    """

    study: ClassVar[str]
    record_type: ClassVar[type[Record]]

    @property
    @abstractmethod
    def name(self) -> str:
        """Of its folder and its record: what tells it from all others of its kind."""

    @property
    @abstractmethod
    def title(self) -> str:
        """The row of a table that it belongs to."""

    @property
    @abstractmethod
    def command(self) -> str:
        """The command that makes it."""

    @property
    def folder(self) -> Path:
        """Where it leaves its record: ``runs/<study>/<name>``."""
        return paths.runs() / self.study / self.name

    @property
    def requires(self) -> "tuple[Run, ...]":
        """The runs that have to be finished before."""
        return ()

    @property
    @abstractmethod
    def digest(self) -> str | None:
        """What it depends on besides its own settings: the digest of its recipe, or of the network that it applies."""

    @property
    def steps(self) -> int:
        """Iterations of its training."""
        return 0

    @property
    def model(self) -> str | None:
        """What its network is called when it is published; None where none is."""
        return None

    @property
    def is_shared(self) -> bool:
        """Whether its weights are published without a model's name."""
        return False

    @property
    def is_compared(self) -> bool:
        """Whether its network is there for comparison alone: it is published beside the package."""
        return False

    @property
    def notebook(self) -> Notebook | None:
        """The notebook that shows it; None where there is none."""
        return None

    @property
    @abstractmethod
    def work(self) -> Work:
        """What it computes, holds and leaves, counted before it starts."""

    @abstractmethod
    def identity(self) -> Settings:
        """What makes it what it is and is known before it starts, in the words of its record."""

    @abstractmethod
    def inputs(self) -> Settings:
        """Digests of what it reads, in the words of its record, as far as that is on this machine."""

    @property
    def is_finished(self) -> bool:
        """Whether a record lies in its folder."""
        return (self.folder / RECORD).exists()

    def record(self) -> Record:
        """The record in its folder; a `UserError` if the run is not finished."""
        return records.read(self.folder / RECORD, self.record_type)

    def finished_in(self, folder: Path, inputs: Mapping[str, object]) -> bool:
        """Whether a folder holds the record of this run, made of these inputs.

        Raises
        ------
        UserError
            If it holds the record of another run, or of other data.
        """
        if not (folder / RECORD).exists():
            return False
        made = records.read(folder / RECORD, self.record_type).made_from()
        if other := records.differences({**self.identity(), **inputs}, made):
            raise UserError(
                f"{folder}: holds a finished run with {'; '.join(other)}: choose another folder, or delete it"
            )
        return True


def that_left(record: Record) -> Run:
    """The run that left a record of whatever kind; a `UserError` if its recipe is not known any more.

    Examples
    --------
    >>> from hfsr.studies import published, superres_run
    >>> that_left(published.read(superres_run.SuperresRecord, "bicubic-bench")).command
    'hfsr train --method bicubic --recipe bench'
    """
    run: Run = record.run  # type: ignore[attr-defined]  # every kind has one, of its own kind
    return run


def log(folder: Path | str) -> pd.DataFrame:
    """The training log of a run: step, loss, rate, seconds, and the watched metric where it was measured.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / LOG).write_text('{"step": 50, "loss": 0.125}')
    ...     log(folder)["loss"].tolist()
    [0.125]
    """
    path = Path(folder) / LOG
    if not path.exists():
        raise UserError(f"{path}: no such file; the run has not come to its first checkpoint")
    return pd.DataFrame([json.loads(line) for line in path.read_text().splitlines()])


def shown(folder: Path | str) -> str:
    """A run's folder as a page names it: below ``runs/``, wherever that lies; elsewhere its own name.

    Examples
    --------
    >>> shown(paths.runs() / "superres" / "wdsr-a0-quick-s0")
    'runs/superres/wdsr-a0-quick-s0'
    """
    path, root = Path(folder).resolve(), paths.runs().resolve()
    return f"runs/{path.relative_to(root).as_posix()}" if path.is_relative_to(root) else path.name
