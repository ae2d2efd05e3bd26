"""Where a measurement finds the network of a run of Table I: trained on this machine, or published."""

from dataclasses import dataclass
from pathlib import Path

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import sha256
from hfsr.studies import published, recipes, records
from hfsr.studies.records import RECORD, WEIGHTS
from hfsr.studies.superres_run import SuperresRecord, SuperresRun


@dataclass(frozen=True)
class Source:
    """A run to be measured, as it is found: trained on this machine, or published.

    Parameters
    ----------
    run : SuperresRun
    weights : Path or None
        None where there is no network.
    record : str
        Name of its published record.

    Examples
    --------
    >>> found = named("wdsr-a1-5")
    >>> found.run.command, found.weights.suffix
    ('hfsr train --method wdsr --alpha 1/5 --recipe bench --seed 0', '.safetensors')
    """

    run: SuperresRun
    weights: Path | None
    record: str

    @property
    def digest(self) -> str | None:
        """SHA-256 of the weights; None where there are none."""
        return sha256(self.weights) if self.weights else None


def of(run: SuperresRun) -> Source:
    """Where a run's network is: in its folder, or else among the published ones.

    Raises
    ------
    UserError
        If it is in neither place.

    Examples
    --------
    >>> from hfsr.studies.rows import Row
    >>> bicubic = of(SuperresRun(Row("bicubic"), recipes.superres("bench")))
    >>> bicubic.weights is None, bicubic.digest is None
    (True, True)
    """
    if run.is_finished:
        return _trained(records.read(run.folder / RECORD, SuperresRecord), run.folder)
    return _published(run.name)


def named(name: str) -> Source:
    """What is called so: a finished run's folder below ``runs/superres/``, else a published record or its run.

    Examples
    --------
    >>> named("wdsr-a1-5").run.name, named("wdsr-a1-5-bench-s0").record
    ('wdsr-a1-5-bench-s0', 'wdsr-a1-5')
    """
    folder = paths.runs() / SuperresRun.study / name
    if (folder / RECORD).exists():
        return _trained(records.read(folder / RECORD, SuperresRecord), folder)
    return _published(name)


def is_published(run: SuperresRun) -> bool:
    """Whether a run can be measured without being here: its record is published and fresh, and its weights if any.

    Examples
    --------
    >>> from hfsr.studies.rows import Row
    >>> is_published(SuperresRun(Row("wdsr", "1/5"), recipes.superres("bench"), seed=99))
    False
    """
    try:
        record = _record(run.name)
    except UserError:
        return False
    return not record.problems() and (not record.steps or weights(record) is not None)


def _trained(record: SuperresRecord, folder: Path) -> Source:
    return Source(record.run, folder / WEIGHTS if record.steps else None, record.run.model or folder.name)


def _published(name: str) -> Source:
    record = _record(name)
    found = weights(record)
    if found is None and record.steps:
        raise UserError(f"{name}: its weights are not published; run `{record.command}` first")
    return Source(record.run, found, str(record.name))


def weights(record: SuperresRecord) -> Path | None:
    """The published weights of a record: in the package, or beside the records those of further seeds.

    Examples
    --------
    >>> weights(_record("wdsr-a1-5")).name
    'wdsr-a1-5.safetensors'
    """
    names = filter(None, (record.model, record.name))
    return next(filter(None, map(paths.find_weights, names)), None)


def _record(name: str) -> SuperresRecord:
    """The published record of a run, by the run's name or its own, stale or not."""
    for title, record in published.stale_or_not(SuperresRecord).items():
        if name == title or (record.recipe in recipes.SUPERRES and name == record.run.name):
            return record
    raise UserError(
        f"{name}: no finished run of that name below {paths.runs() / SuperresRun.study}, and no published record"
    )
