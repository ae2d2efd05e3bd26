"""What made a number: the machine, versions of the packages it depends on, and the commit of the checkout."""

import platform
import subprocess
from importlib.metadata import version

from hfsr import paths
from hfsr.training import hardware

PACKAGES = ("torch", "numpy", "pillow", "scikit-image", "opencv-python-headless")


def machine() -> str:
    """The processor or GPU in one line, see `hfsr.training.hardware.describe`."""
    return hardware.describe()


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a number depends on."""
    return {"python": platform.python_version(), "hfsr": version("hfsr")} | {name: version(name) for name in PACKAGES}


def commit() -> str | None:
    """The checkout's commit, with ``-dirty`` where files differ from it; None outside a checkout."""
    if not (paths.PACKAGE.parent / "pyproject.toml").exists():  # installed: a repository around it is somebody else's
        return None
    call = ["git", "-C", str(paths.PACKAGE), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        return subprocess.run(call, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
