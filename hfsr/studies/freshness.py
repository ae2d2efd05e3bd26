"""Whether what lies in a run's folder is still what the run would make: its recipe, its data, the network that it used.

A run refuses a folder that holds another run's record or checkpoint. A workflow asks first, and moves what is outdated aside.
"""

import json

from safetensors import SafetensorError, safe_open

from hfsr.errors import UserError
from hfsr.studies.records import Settings, differences
from hfsr.studies.run import Run
from hfsr.training.loop import CHECKPOINT


def outdated(run: Run) -> list[str]:
    """In what the record or the checkpoint in a run's folder differs from what the run would make; empty if in nothing.

    A record that cannot be read is no run's. What cannot be known is not held against it: the digest of data that is not on
    this machine, the weights of a network that is still to be trained.

    Examples
    --------
    >>> from hfsr.studies import classification, recipes, upscaler
    >>> outdated(classification.Classification("digits", upscaler.ORIGINAL, recipes.classify("quick"), seed=99))  # not begun
    []
    """
    try:
        made = _made(run)
    except UserError as error:
        return [str(error)]
    if made is None:
        return []
    reasons = differences(run.identity() | run.inputs(), made)
    return reasons + [f"{each.folder.name} is outdated" for each in run.requires if outdated(each)]


def _made(run: Run) -> Settings | None:
    """What made the record in a folder, or else the checkpoint; None where neither lies there."""
    if run.is_finished:
        return run.record().made_from()
    try:
        with safe_open(run.folder / CHECKPOINT, framework="pt") as file:
            return dict(json.loads(file.metadata()["state"])["settings"])
    except (SafetensorError, OSError, KeyError, ValueError):  # none, or a damaged one: the run's own to complain about
        return None
