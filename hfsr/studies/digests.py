"""Digests of what runs read, as far as it is on this machine; each set is read once a process."""

from collections.abc import Iterable
from functools import cache

from hfsr.data import labelled
from hfsr.data import photographs as sets_of_photographs
from hfsr.data.degradation import BICUBIC
from hfsr.errors import UserError


def photographs(name: str, degrade: str = BICUBIC) -> dict[str, str]:
    """Name and digest of a set of photographs to train on, with what degrades it; empty where it is not here.

    Examples
    --------
    >>> photographs("embedded")["data"], photographs("gone")
    ('embedded', {})
    """
    try:
        own_name, digest = _photographs(name, grey=False, degrade=degrade)
    except UserError:
        return {}
    return {"data": own_name, "data_digest": digest}


def measured(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Digests of sets to measure on, by their names; empty where one is not here.

    Examples
    --------
    >>> list(measured(["embedded-held-out"])["data_digest"]), measured(["gone"])
    (['embedded-held-out'], {})
    """
    try:
        return {"data_digest": dict(_photographs(name, grey=True) for name in names)}
    except UserError:
        return {}


def labelled_set(name: str) -> dict[str, str]:
    """Digest of a labelled set; empty where it is not here.

    Examples
    --------
    >>> len(labelled_set("digits")["data_digest"]), labelled_set("gone")
    (64, {})
    """
    try:
        return {"data_digest": _labelled(name)}
    except UserError:
        return {}


@cache
def _photographs(name: str, grey: bool, degrade: str = BICUBIC) -> tuple[str, str]:
    pictures = sets_of_photographs.load(name, grey, degrade)
    return pictures.name, pictures.digest


@cache
def _labelled(name: str) -> str:
    return labelled.load(name).digest
