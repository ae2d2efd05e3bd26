"""Whether what lies in a job's folder is still what the job would make: its recipe, its data, the network that it used.

A run refuses a folder that holds another run's record or checkpoint. A workflow asks first, and moves what is outdated aside.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from safetensors import SafetensorError, safe_open

from hfsr.data import labelled, photographs
from hfsr.errors import UserError
from hfsr.studies import frequency, recipes, runs, upscalers
from hfsr.studies.study import Job
from hfsr.training.loop import CHECKPOINT

Settings = dict[str, Any]


def outdated(job: Job) -> list[str]:
    """In what the record or the checkpoint in a job's folder differs from what the job would make; empty if in nothing.

    What cannot be known is not held against it: the digest of data that is not on this machine, the weights of a network
    that is still to be trained.

    Parameters
    ----------
    job : Job
        From `hfsr.studies.study.jobs`.
    """
    there = _there(job)
    if there is None:
        return []
    asked = _asked(job)
    reasons = [f"{key} = {there.get(key)!r}, not {asked[key]!r}" for key in asked if there.get(key) != asked[key]]
    return reasons + [f"{each.folder.name} is outdated" for each in job.before if outdated(each)]


def _there(job: Job) -> Settings | None:
    """What made the record in a folder, or else the checkpoint; None where neither lies there."""
    if (job.folder / runs.RECORD).exists():
        record = runs.read(job.folder)
        return record | {"data": record["data"]["name"], "data_digest": record["data"]["digest"]}
    try:
        with safe_open(job.folder / CHECKPOINT, framework="pt") as file:
            return dict(json.loads(file.metadata()["state"])["settings"])
    except (SafetensorError, OSError, KeyError, ValueError):  # none, or a damaged one: the run's own to complain about
        return None


def _asked(job: Job) -> Settings:
    """What a job would write of itself if it were started now, as far as that is known."""
    made = job.settings
    now = {"superres": _trained_on, "classify": _read, "enlarged": _read, "frequency": _measured}[made["study"]]
    return made | now(made)


def _trained_on(made: Settings) -> Settings:
    return {"data_digest": None} if made["method"] == "bicubic" else _known(_photographs, made["data"])


def _read(made: Settings) -> Settings:
    """Of a labelled set, as it is or enlarged."""
    enlarger = _known(lambda: {"enlarger_sha256": upscalers.weights_digest(made["method"])})
    return _known(_labelled, made["data"]) | enlarger


def _measured(made: Settings) -> Settings:
    sets = [_known(_photographs, name, True) for name in recipes.superres(made["recipe"]).evaluation]
    digests = {"data_digest": {each["data"]: each["data_digest"] for each in sets}} if all(sets) else {}
    return digests | _known(lambda: {"network_sha256": frequency.network_digest(made)})


def _known(what: Callable[..., Settings], *of: Any) -> Settings:
    """What a function says, or nothing where data or network are not there."""
    try:
        return what(*of)
    except UserError:
        return {}


@cache
def _photographs(name: str, grey: bool = False) -> Settings:
    pictures = photographs.load(name, grey)
    return {"data": pictures.name, "data_digest": pictures.digest}


@cache
def _labelled(name: str) -> Settings:
    return {"data_digest": labelled.load(name).digest}
