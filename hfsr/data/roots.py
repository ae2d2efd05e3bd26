"""Folders below the data roots, and one wording for those that are not there."""

from pathlib import Path

from hfsr import paths
from hfsr.errors import UserError


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
