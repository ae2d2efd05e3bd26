"""Folders below the data roots, and one wording for those that are not there."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import exclusive


def searched() -> str:
    """The data roots, as an error message names them.

    Examples
    --------
    >>> isinstance(searched(), str)
    True
    """
    return " or ".join(str(root) for root in paths.data_roots())


def require(folder: str, set_name: str) -> Path:
    """Path of an official `folder` below the first data root that has it; without one a `UserError` with both ways out.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", HFSR_DATA="nowhere"):
    ...     require("DIV2K_valid_HR", "div2k")
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: DIV2K_valid_HR: not in nowhere; run `hfsr data fetch div2k`, or set HFSR_DATA to where it lies
    """
    found = paths.find_data(folder)
    if found is None or not found.is_dir():
        raise UserError(
            f"{folder}: not in {searched()}; run `hfsr data fetch {set_name}`, or set HFSR_DATA to where it lies"
        )
    return found


def require_free(folder: Path) -> None:
    """Refuse (`UserError`) a file, or a link to nothing, where a folder is to come.

    Examples
    --------
    >>> require_free(Path(__file__))
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: ...roots.py: no folder, and in the place of one; move it away and run the command again
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise UserError(f"{folder}: no folder, and in the place of one; move it away and run the command again")


@contextmanager
def fetching(name: str) -> Iterator[Path]:
    """An empty folder in the first data root to fetch the set `name` in; it is gone when the block ends.

    Raises
    ------
    TakenError
        If another process is at it.
    UserError
        If the data root cannot be written to, now or while the block runs.

    Examples
    --------
    >>> import tempfile
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", HFSR_DATA=tempfile.mkdtemp()), fetching("set5") as place:
    ...     place.parent.name
    '.set5-fetching'
    """
    root = paths.data_roots()[0]
    taken = root / f".{name}-fetching"
    place = taken / "here"
    try:
        taken.mkdir(parents=True, exist_ok=True)
        with exclusive(taken):
            shutil.rmtree(place, ignore_errors=True)  # of a run that was killed
            place.mkdir()
            try:
                yield place
            finally:
                shutil.rmtree(taken, ignore_errors=True)
    except OSError as error:
        raise UserError(f"{root}: {error}; make room, or name a folder of your own first in HFSR_DATA") from error
