"""Publishing finished runs: records into ``results/``, weights into the package."""

import re
import shutil
from contextlib import suppress
from pathlib import Path

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import atomic, read_json, sha256, write_json
from hfsr.studies import grid, records
from hfsr.studies.classification import ClassifyRecord
from hfsr.studies.confirmation import ConfirmationRecord
from hfsr.studies.measurement import MeasurementRecord
from hfsr.studies.recognition import RecognitionRecord
from hfsr.studies.records import RECORD, WEIGHTS, Record, Settings
from hfsr.studies.restore_run import RestoreRecord
from hfsr.studies.run import Run, that_left
from hfsr.studies.spectra_run import SpectraRecord
from hfsr.studies.superres_run import SuperresRecord
from hfsr.studies.upscaled_set import UpscaledRecord

MEASURED = (MeasurementRecord, ConfirmationRecord, RecognitionRecord)
KINDS: dict[str, type[Record]] = {
    kind.folder: kind
    for kind in (SuperresRecord, UpscaledRecord, ClassifyRecord, *MEASURED, RestoreRecord, SpectraRecord)
}


def publish_all(study: str, recipe: str) -> list[Path]:
    """Publish every finished run of a recipe: its record, and of the first seed's networks that upscale the weights.

    With the classifiers, the records of the upscaled sets that they read, as far as what upscaled them is published.

    Returns
    -------
    list of Path
        The published records.

    Examples
    --------
    >>> import tempfile
    >>> from unittest.mock import patch
    >>> with tempfile.TemporaryDirectory() as folder, patch.dict("os.environ", HFSR_RUNS=folder):
    ...     publish_all("superres", "quick")  # no run is finished there
    []
    """
    planned = grid.runs(study, recipe)
    published = [publish(run.folder, run.model) for run in planned.values() if run.is_finished]
    for run in grid.with_required(planned.values()).values():
        if run.record_type is UpscaledRecord and run.is_finished and not run.record().problems():
            published.append(publish(run.folder))
    return published


def publish(folder: Path | str, name: str | None = None) -> Path:
    """Copy a finished run's record into ``results/``, and its weights into the package where they get a name.

    Parameters
    ----------
    folder : path
        The run's.
    name : str, optional
        What the model is to be called, such as ``"wdsr-a1-5"``, and its record too; a control's weights go to
        ``results/weights/``, beside the package. Without a name the record is published under that of the run's folder, and
        the weights of further seeds of the main rows beside the package too.

    Returns
    -------
    Path
        The published record; its ``model`` is the name of the weights, or None.

    Raises
    ------
    UserError
        If the name is no plain one or another run's, or the run is not finished or stale, or its weights are not those of its
        record.

    Examples
    --------
    >>> publish("runs/superres/wdsr-a1-5-bench-s0", "My network")
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: 'My network': a name is of small letters, digits, points and hyphens, such as wdsr-a1-5
    """
    folder = Path(folder)
    if name is not None:
        _check(name)
    content = _finished(folder)
    title = name or _check(folder.resolve().name)
    record = records.read(folder / RECORD, KINDS[str(content["study"])])
    run = that_left(record)
    if stale := records.differences(run.identity(), record.made_from()):
        raise UserError(f"{folder}: not what its command makes now ({stale[0]}); move it away and run that again")
    kept = None
    if name or run.is_shared:
        kept = paths.seeds_weights() if run.is_compared or not name else paths.weights()
    weights = folder / WEIGHTS
    found = sha256(weights) if weights.exists() else None
    if (kept or found) and found != content.get("weights_sha256"):
        raise UserError(
            f"{weights}: gone, or not the weights that the record was measured on; delete the folder and run again"
        )
    if kept and found is None:
        raise UserError(f"{folder}: leaves no weights to be called {name}; leave out the name")
    target = paths.results() / str(content["study"]) / f"{title}.json"
    _check_free(target, run, kept and kept / f"{title}.safetensors", found)
    if kept:
        with atomic(kept / f"{title}.safetensors") as part:
            shutil.copyfile(weights, part)
    write_json(target, {"name": title, "model": name} | content)
    return target


def _check(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", name):
        raise UserError(f"{name!r}: a name is of small letters, digits, points and hyphens, such as wdsr-a1-5")
    return name


def _check_free(target: Path, run: Run, weights: Path | None, digest: str | None) -> None:
    """Nothing takes the place of another run's record or weights, but of a record that is stale or cannot be read."""
    owner = None
    if target.exists():
        with suppress(UserError):
            record = records.read(target, run.record_type)
            owner = None if record.problems() else that_left(record).name
    elif weights and weights.exists() and sha256(weights) != digest:  # a record of another study goes with them
        owner = "another network"
    if owner not in (None, run.name):
        raise UserError(f"{target.stem}: {owner} is published by this name; choose another")


def _finished(folder: Path) -> Settings:
    """The JSON of a finished run's record, which is checked to be one."""
    path = folder / RECORD
    if not path.exists():
        raise UserError(f"{folder}: no finished run lies here; run its command to the end first")
    content = read_json(path)
    study = content.get("study") if isinstance(content, dict) else None
    if not isinstance(study, str) or study not in KINDS:
        raise UserError(f"{path}: study = {study!r} is none of {', '.join(KINDS)}")
    records.read(path, KINDS[study])
    return dict(content)
