"""A run's folder and its record, publishing, and reading the published records back.

A record is one JSON file. Every number shown anywhere comes from one.
"""

import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from torch import nn

from hfsr import paths
from hfsr.data import photographs
from hfsr.errors import UserError
from hfsr.files import atomic, read_json, sha256, write_json
from hfsr.models import store
from hfsr.studies import provenance, recipes
from hfsr.training import hardware, processes
from hfsr.training.loop import LOG, Progress

RECORD = "record.json"
WEIGHTS = "weights.safetensors"


def folder(study: str, name: str) -> Path:
    """Where a run of that name lies: ``runs/<study>/<name>``."""
    return paths.runs() / study / name


def read(run: Path | str) -> dict[str, Any]:
    """The record of a finished run; a `UserError` if the run is not finished."""
    path = Path(run) / RECORD
    if not path.exists():
        raise UserError(f"{run}: no finished run lies here; run its command to the end first")
    return dict(read_json(path))


def shown(run: Path | str) -> str:
    """A run's folder as a page names it: below ``runs/``, wherever that lies; elsewhere its own name.

    Examples
    --------
    >>> shown(folder("superres", "wdsr-a0-quick-s0"))
    'runs/superres/wdsr-a0-quick-s0'
    """
    path, root = Path(run).resolve(), paths.runs().resolve()
    return f"runs/{path.relative_to(root).as_posix()}" if path.is_relative_to(root) else path.name


def finished(run: Path, settings: dict[str, Any], digest: str | None = None) -> bool:
    """Whether the folder holds the record of a finished run of these settings, and of data with this digest.

    Raises
    ------
    UserError
        If it holds the record of another run.
    """
    if not (run / RECORD).exists():
        return False
    record = read(run)
    made = record | {"data": record["data"]["name"]}
    other = [f"{key} = {made.get(key)!r}, not {value!r}" for key, value in settings.items() if made.get(key) != value]
    if digest not in (None, record["data"]["digest"]):
        other.append(f"other pictures in {made['data']!r}")
    if other:
        raise UserError(f"{run}: holds a finished run with {'; '.join(other)}: choose another folder, or delete it")
    return True


def save_weights(run: Path, model: nn.Module) -> nn.Module:
    """Write the run's final weights (float16) and return the network read back: the one that is measured."""
    store.save(run / WEIGHTS, model)  # type: ignore[arg-type]
    return store.load(run / WEIGHTS)


def write_record(
    run: Path,
    settings: dict[str, Any],
    *,
    data: dict[str, Any],
    progress: Progress,
    images: int,
    metrics: dict[str, float],
    per_image: dict[str, dict[str, list[float]]],
    command: str,
) -> None:
    """Write a run's record, the last thing a run does.

    Parameters
    ----------
    run : Path
        The run's folder, with its weights.
    settings : dict
        What tells the run from others.
    data : dict
        Name, number of images and digest of what it was trained on.
    progress : Progress
        From the engine: seconds, and the log for the learning curve.
    images : int
        Images an update.
    metrics : dict
        Flat, the convention in each name.
    per_image : dict
        Set -> metric -> one value a picture; their means join the metrics as ``set/metric``.
    command : str
        What makes the run again.
    """
    means = {
        f"{name}/{metric}": float(np.mean(values))
        for name, measured in per_image.items()
        for metric, values in measured.items()
    }
    curve = [entry for entry in progress.log if any("/" in key for key in entry)]  # those with a measured set
    write_json(
        run / RECORD,
        settings
        | {
            "data": data,
            "metrics": metrics | means,
            "per_image": per_image,
            "curve": curve,
            "seconds": round(progress.seconds, 1),
            "images_per_second": round(settings["steps"] * images / progress.seconds, 1) if progress.seconds else None,
            "processes": processes.count(),
            "device": hardware.describe(),
            "versions": provenance.versions(),
            "commit": provenance.commit(),
            "command": command,
            "weights_sha256": sha256(run / WEIGHTS) if settings["steps"] else None,
        },
    )


def publish(run: Path | str, name: str | None = None) -> Path:
    """Copy a finished run's record into ``results/``, and its weights into the package where they get a name.

    Parameters
    ----------
    run : path
        The run's folder.
    name : str, optional
        What the model is to be called, such as ``"wdsr-a1-5"``, and its record too. Without one only the record is
        published, under the name of the run's folder.

    Returns
    -------
    Path
        The published record; its ``model`` is the name of the weights, or None.

    Raises
    ------
    UserError
        If the name is no plain one, or the run is not finished, or its weights are not those of its record.
    """
    run = Path(run)
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", name or run.name):
        raise UserError(
            f"{name or run.name!r}: a name is of small letters, digits, points and hyphens, such as wdsr-a1-5"
        )
    record = read(run)
    if record.get("weights_sha256") and sha256(run / WEIGHTS) != record["weights_sha256"]:
        raise UserError(
            f"{run / WEIGHTS}: not the weights that the record was measured on; delete the folder and run again"
        )
    if name:
        with atomic(paths.weights() / f"{name}.safetensors") as part:
            shutil.copyfile(run / WEIGHTS, part)
    target = paths.results() / record["study"] / f"{name or run.name}.json"
    write_json(target, {"name": name or run.name, "model": name} | record)
    return target


def load_records(study: str | None = None) -> pd.DataFrame:
    """The published records as a table, one row each, metrics as columns.

    Parameters
    ----------
    study : str, optional
        Only this study's records.

    Returns
    -------
    DataFrame
        Indexed by name; ``record`` holds the file's path below ``results/``.
    """
    rows = []
    for path in sorted(paths.results().glob(f"{study or '*'}/*.json")):
        record = read_json(path)
        flat = {key: value for key, value in record.items() if not isinstance(value, dict | list)}
        shown = path.relative_to(paths.results()).as_posix()
        rows.append({"name": path.stem, "record": shown} | flat | {"data": record["data"]["name"]} | record["metrics"])
    return pd.DataFrame(rows).set_index("name") if rows else pd.DataFrame()


def record(name: str, study: str = "superres") -> dict[str, Any]:
    """One published record; a missing or stale one is a `UserError` that names it."""
    path = paths.results() / study / f"{name}.json"
    content = read_json(path)
    if problems := check(content):
        raise UserError(
            f"{path.relative_to(paths.results())}: stale, {'; '.join(problems)}: run `{content['command']}` and publish"
        )
    return content


@cache
def records(folder: Path) -> list[dict[str, Any]]:
    """Every published record in a study's folder, as `record` reads them."""
    return [record(path.stem, folder.name) for path in sorted(folder.glob("*.json"))]


def check(record: dict[str, Any]) -> list[str]:
    """What no longer matches a published record: its recipe, data, weights or what enlarged its images. Empty if all does.

    Only the embedded photographs are compared with the data's digest, as no others come with the project.
    """
    problems = []
    known = recipes.STUDIES.get(record["study"], {}).get(record.get("recipe", ""))
    if record["study"] in recipes.STUDIES and (known is None or recipes.digest(known) != record["recipe_digest"]):
        problems.append(f"recipe {record['recipe']} has changed")
    if record["data"]["name"] == "embedded" and photographs.load("embedded").digest != record["data"]["digest"]:
        problems.append("the embedded photographs have changed")
    if record["study"] == "frequency" and record["of"]:
        path = paths.results() / "superres" / f"{record['of']}.json"
        if not path.exists() or read_json(path)["weights_sha256"] != record["network_sha256"]:
            problems.append(f"run {record['of']}, which it measured, has changed or is not published")
        return problems
    used = {record["model"]: record.get("weights_sha256")}
    if record.get("enlarger_sha256"):
        used[record["method"]] = record["enlarger_sha256"]
    for model, digest in used.items():
        weights = paths.weights() / f"{model}.safetensors"
        if model and (not weights.exists() or sha256(weights) != digest):
            problems.append(f"weights {model} have changed or are missing")
    return problems


def log(run: Path | str) -> pd.DataFrame:
    """The training log of a run: step, loss, rate, seconds, and the watched metric where it was measured."""
    path = Path(run) / LOG
    if not path.exists():
        raise UserError(f"{path}: no such file; the run has not come to its first checkpoint")
    return pd.DataFrame([json.loads(line) for line in path.read_text().splitlines()])
