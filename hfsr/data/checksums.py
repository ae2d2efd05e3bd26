"""Checksums of every picture of the named sets as the studies used it: whoever brings a set can see that it is the same.

They are of the decoded pixels, so that a lossless copy in another format is the same picture. Their one home is
``checksums.json``: set -> picture (its file's name without the suffix) -> sum.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from torch import Tensor

from hfsr import images, paths
from hfsr.data import photographs
from hfsr.errors import UserError

FILE = Path(__file__).with_suffix(".json")


@cache
def known() -> dict[str, dict[str, str]]:
    """Every checksum: set -> picture -> 64 hexadecimal digits.

    Examples
    --------
    >>> list(known()["set5"])
    ['baby', 'bird', 'butterfly', 'head', 'woman']
    """
    return dict(json.loads(FILE.read_text()))


def of(picture: Tensor) -> str:
    """SHA-256 over a picture's shape and pixels.

    Parameters
    ----------
    picture : Tensor, (C, H, W), uint8
        As `hfsr.images.read` gives it: C = 1 for a grey one.

    Examples
    --------
    >>> import torch
    >>> of(torch.zeros(1, 2, 3, dtype=torch.uint8)) == of(torch.zeros(1, 3, 2, dtype=torch.uint8))
    False
    """
    total = hashlib.sha256(str(tuple(picture.shape)).encode())
    total.update(picture.contiguous().numpy().data)
    return total.hexdigest()


def here() -> list[str]:
    """The sets of `known` that lie below a data root.

    Examples
    --------
    >>> set(here()) <= set(known())
    True
    """
    return [name for name in known() if paths.find_data(name) is not None]


def problems(name: str) -> list[str]:
    """In what the pictures of a set here differ from those that the studies used, a phrase a picture; empty if in nothing.

    Parameters
    ----------
    name : str
        A set, or a part of one, that `known` has.

    Raises
    ------
    UserError
        If no checksums of that set are known, or it is not here.

    Examples
    --------
    >>> problems("embedded")
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: no checksums of a set called 'embedded' are known: choose one of ...
    """
    whole = "realsr-gt" if name in photographs.PARTS else name
    if whole not in known():
        raise UserError(f"no checksums of a set called {name!r} are known: choose one of {', '.join(known())}")
    found = photographs.files(name)
    here = {path.stem: path for path in reversed(found)}  # the first of those that share a stem
    wanted = {stem: known()[whole][stem] for stem in known()[whole] if _belongs(stem, name)}
    absent = [f"{stem} is missing" for stem in wanted if stem not in here]
    surplus = [f"{path.name} does not belong to the set" for path in found if path.stem not in wanted]
    surplus += [f"{path.name} is there beside {here[path.stem].name}" for path in found if path != here[path.stem]]
    other = [_difference(path, wanted[stem]) for stem, path in here.items() if stem in wanted]
    return [*absent, *surplus, *filter(None, other)]


def _difference(path: Path, checksum: str) -> str:
    try:
        return "" if of(images.read(path)) == checksum else f"{path.name} has other pixels"
    except UserError:
        return f"{path.name} cannot be read"


def _belongs(stem: str, name: str) -> bool:
    return name not in photographs.PARTS or (stem in photographs.REALSR_HELD_OUT) == (name == "realsr-held-out")
