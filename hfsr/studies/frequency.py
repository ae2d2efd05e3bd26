"""The frequency study (Section V): what a network gives in detail, one record a network.

The rows are those of Table I, and the ground truth itself.
"""

import time
from pathlib import Path
from typing import Any

import numpy as np

from hfsr import paths
from hfsr.analysis.detail import TRUTH, of_set
from hfsr.analysis.spectrum import ENCODERS
from hfsr.data import photographs
from hfsr.errors import UserError
from hfsr.files import read_json, sha256, write_json
from hfsr.models import store
from hfsr.studies import provenance, recipes, runs, superres_runs
from hfsr.training import hardware

SETTINGS = ("method", "alpha", "mask", "reduction", "seed", "recipe", "recipe_digest", "steps")
Settings = dict[str, Any]


def settings(row: Settings) -> Settings:
    """What makes a measurement what it is, from the record or the settings of the run it is of."""
    return {"study": "frequency"} | {key: row[key] for key in SETTINGS}


def truth(recipe: str) -> Settings:
    """Settings of the ground truth, measured on the sets that a recipe is judged on."""
    known = {"method": TRUTH, "recipe": recipe, "recipe_digest": recipes.digest(recipes.superres(recipe)), "steps": 0}
    return settings(dict.fromkeys(SETTINGS) | known)


def run_name(settings: Settings) -> str:
    """Name of a measurement's folder: that of the run it is of.

    Examples
    --------
    >>> run_name(truth("bench"))
    'truth-bench'
    """
    if settings["method"] == TRUTH:
        return f"{TRUTH}-{settings['recipe']}"
    return superres_runs.run_name(settings | {"data": recipes.superres(settings["recipe"]).data})


def model_name(settings: Settings) -> None:
    """A measurement has no weights of its own."""


def command(settings: Settings) -> str:
    """The command that makes a measurement again."""
    return f"hfsr frequency {run_name(settings)}"


def notebook(settings: Settings) -> None:
    """No notebook shows a single measurement: `notebooks/frequency` shows the study."""


def grid(recipe: str, steps: int | None = None) -> list[Settings]:
    """The ground truth, then every run of Table I's grid; parameters and errors as for `hfsr.studies.superres_runs.grid`."""
    return [truth(recipe), *(settings(row) for row in superres_runs.grid(recipe, steps))]


def measure(name: str, out: Path | str | None = None) -> Path:
    """Measure one network on the sets that its recipe is judged on, and leave a record.

    Parameters
    ----------
    name : str
        Name of a finished run below ``runs/superres/``, such as "wdsr-a1-5-bench-s1"; where none lies there, of a run or a
        model whose weights are published, such as "wdsr-a1-5"; or "truth-" and a recipe.
    out : path, optional
        The folder; by default ``runs/frequency/`` and the run's name.

    Returns
    -------
    Path
        The folder with ``record.json``.

    Raises
    ------
    UserError
        If no such run or model is there, the folder holds another record, or a set is missing.
    """
    made, weights, published = _source(name)
    here = (runs.folder("superres", name) / runs.RECORD).exists()
    folder = Path(out) if out else runs.folder("frequency", name if here else run_name(made))
    made |= {"of": published, "network_sha256": sha256(weights) if weights else None}
    if (folder / runs.RECORD).exists():
        if any(runs.read(folder).get(key) != value for key, value in made.items()):
            raise UserError(f"{folder}: holds another measurement: choose another folder, or delete it")
        return folder
    start = time.monotonic()
    method = store.load(weights).to(hardware.device()) if weights else made["method"]
    sets = [photographs.load(each, grey=True) for each in recipes.superres(made["recipe"]).evaluation]
    results = {pictures.name: of_set(method, pictures) for pictures in sets}
    write_json(
        folder / runs.RECORD,
        made
        | {
            "data": {
                "name": "+".join(each.name for each in sets),
                "images": sum(len(each.names) for each in sets),
                "digest": {each.name: each.digest for each in sets},
                "pixels": {each.name: [hr[0].numel() for hr in each.hr] for each in sets},
            },
            "metrics": {
                f"{each}/{metric}": float(np.mean(values))
                for each, (measured, _) in results.items()
                for metric, values in measured.items()
            },
            "per_image": {
                each: {metric: [round(value, 5) for value in values] for metric, values in measured.items()}
                for each, (measured, _) in results.items()
            },
            "curves": {each: curves for each, (_, curves) in results.items()},
            "encoders": ENCODERS,
            "seconds": round(time.monotonic() - start, 1),
            "device": hardware.describe(),
            "versions": provenance.versions(),
            "commit": provenance.commit(),
            "command": command(made),
        },
    )
    return folder


def _source(name: str) -> tuple[Settings, Path | None, str | None]:
    """Settings of what is measured, its weights if it has any, and the name of the published record of the run."""
    recipe = name.removeprefix(f"{TRUTH}-")
    if recipe != name:
        return truth(recipe), None, None
    run = runs.folder("superres", name)
    if (run / runs.RECORD).exists():
        record, weights = runs.read(run), run / runs.WEIGHTS
        first = record["seed"] == recipes.superres(record["recipe"]).seeds[0]
        title = superres_runs.model_name(record) if first else name
    else:
        record = _published(name)
        title = record["name"]
        if record["model"] is None and record["steps"]:
            raise UserError(f"{name}: its weights are not published; run `{record['command']}` first")
        weights = paths.weights() / f"{record['model']}.safetensors"
    return settings(record), weights if record["steps"] else None, title


def network_digest(made: Settings) -> str | None:
    """SHA-256 of the weights that would be measured now, None where there are none; a `UserError` if they are not there."""
    _, weights, _ = _source(run_name(made))
    return sha256(weights) if weights else None


def is_published(name: str) -> bool:
    """Whether a run can be measured without being there: its record is published and fresh, and its weights if any."""
    try:
        record = _published(name)
    except UserError:
        return False
    return not runs.check(record) and (bool(record["model"]) or not record["steps"])


def _published(name: str) -> dict[str, Any]:
    """The published record of a run, by the run's name or its own."""
    for path in sorted((paths.results() / "superres").glob("*.json")):
        record = read_json(path)
        run = run_name(settings(record)) if record["recipe"] in recipes.SUPERRES else None
        if name in (path.stem, run):
            return dict(record)
    raise UserError(
        f"{name}: no finished run of that name below {runs.folder('superres', '')}, and no published record"
    )
