"""What made a number: the machine, versions of the packages it depends on, and the commit of the checkout."""

import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from hfsr import paths
from hfsr.training import hardware

PACKAGES = ("torch", "numpy", "pillow", "scikit-image", "opencv-python-headless")


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What made a number.

    Parameters
    ----------
    device : str
        Processor or GPU, see `machine`.
    versions : dict of str -> str
        Of Python and of the packages that numbers depend on.
    commit : str or None
        Of the checkout.
    command : str
        What makes the run again.

    Examples
    --------
    >>> made = Origin(device="a laptop", versions={"torch": "2.9.0"}, commit=None, command="hfsr train --method wdsr")
    >>> made.device, made.versions["torch"]
    ('a laptop', '2.9.0')
    """

    device: str
    versions: dict[str, str]
    commit: str | None
    command: str


def machine() -> str:
    """The processor or GPU in one line, see `hfsr.training.hardware.describe`.

    Examples
    --------
    >>> machine() == hardware.describe()
    True
    """
    return hardware.describe()


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a number depends on.

    Examples
    --------
    >>> sorted(versions())
    ['hfsr', 'numpy', 'opencv-python-headless', 'pillow', 'python', 'scikit-image', 'torch']
    """
    return {"python": platform.python_version(), "hfsr": version("hfsr")} | {name: version(name) for name in PACKAGES}


def commit() -> str | None:
    """The checkout's commit, with ``-dirty`` where files differ from it; None outside a checkout.

    Examples
    --------
    >>> isinstance(commit(), str | None)
    True
    """
    if not (paths.PACKAGE.parent / "pyproject.toml").exists():  # installed: a repository around it is somebody else's
        return None
    call = ["git", "-C", str(paths.PACKAGE), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(call, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def origin(command: str, devices: Sequence[str] = ()) -> Origin:
    """What makes a number now: this command, on this machine or the devices that took turns.

    Examples
    --------
    >>> origin("hfsr train --method bicubic").device == machine()
    True
    """
    device = hardware.THEN.join(devices) or machine()
    return Origin(device=device, versions=versions(), commit=commit(), command=command)
