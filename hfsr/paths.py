"""Where things lie: the only module that knows a folder's name."""

import json
import os
from contextlib import suppress
from pathlib import Path

import platformdirs

from hfsr.errors import UserError

PACKAGE = Path(__file__).resolve().parent
DEFAULT_MODEL = "wdsr-a1-5-finetuned"  # the best published network, which upscales where none is named


def project() -> Path:
    """The checkout that holds the package, or the current folder where `hfsr` is installed without one.

    Examples
    --------
    >>> project().is_dir()
    True
    """
    checkout = PACKAGE.parent
    return checkout if (checkout / "pyproject.toml").exists() else Path.cwd()


def runs() -> Path:
    """Folder of training runs: ``HFSR_RUNS``, by default ``runs/`` in the checkout, which git ignores.

    Examples
    --------
    >>> runs().name == Path(os.environ.get("HFSR_RUNS", "runs")).name
    True
    """
    return Path(os.environ.get("HFSR_RUNS") or project() / "runs")


def results() -> Path:
    """Folder of published records, one JSON file a run, below ``results/<study>/``.

    Raises
    ------
    UserError
        If the package was installed without its checkout, and the current folder is none: the records are not part of it.

    Examples
    --------
    >>> (results() / "superres" / "wdsr-a1-5.json").exists()
    True
    """
    return _of_checkout("results")


def timings() -> Path:
    """Folder of the records that the scripts in ``benchmarks/`` keep; without a checkout a `UserError`, as for `results`.

    Examples
    --------
    >>> timings().name
    'records'
    """
    return _of_checkout("benchmarks") / "records"


def _of_checkout(name: str) -> Path:
    """A folder that only the checkout has: not the wheel, and not the user's current folder unless it has one."""
    folder = project() / name
    if (PACKAGE.parent / "pyproject.toml").exists() or folder.is_dir():
        return folder
    raise UserError(
        f"{name}/ is not part of the installed package: this needs a checkout of the project (git clone), "
        "installed with `pip install -e .` or as the current folder"
    )


def weights() -> Path:
    """Folder of published weights (package data, so an installed wheel has them).

    Examples
    --------
    >>> (weights() / "wdsr-a1-5.safetensors").exists()
    True
    """
    return PACKAGE / "weights"


def published(scale: int | None = None) -> list[str]:
    """Names of the published networks, those that come with the package.

    Parameters
    ----------
    scale : int, optional
        2 for those that upscale, 1 for those that restore; all by default.

    Examples
    --------
    >>> "wdsr-a1-5" in published(2), "wdsr-a1-5" in published(1)
    (True, False)
    """
    found = sorted(weights().glob("*.safetensors"))
    return [path.stem for path in found if scale is None or scale_of(path) == scale]


def scale_of(path: Path) -> int | None:
    """How much larger a network makes a picture, by what its file says, without loading it; None where it does not say.

    Examples
    --------
    >>> scale_of(weights() / "wdsr-a1-5.safetensors"), scale_of(Path("absent.safetensors"))
    (2, None)
    """
    try:
        with path.open("rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        settings = json.loads(header["__metadata__"]["hfsr"])["settings"]
        return None if "classes" in settings else int(settings.get("scale", 2))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError, MemoryError):
        return None  # whoever loads it says what is wrong


def seeds_weights() -> Path:
    """Folder of published weights for comparison, further seeds above all, ``results/weights/``; too large for the package.

    Examples
    --------
    >>> seeds_weights().parent == results()
    True
    """
    return results() / "weights"


def find_weights(name: str) -> Path | None:
    """The file of a published network, in the package or beside it; None if there is none.

    Examples
    --------
    >>> find_weights("wdsr-a1-5") == weights() / "wdsr-a1-5.safetensors", find_weights("vdsr")
    (True, None)
    """
    folders = [weights()]
    with suppress(UserError):  # a wheel has no results
        folders.append(seeds_weights())
    places = (folder / f"{name}.safetensors" for folder in folders)
    return next((place for place in places if os.path.exists(place)), None)  # noqa: PTH110  # a name may be too long


def data_roots() -> list[Path]:
    """Folders searched for data, first hit first: the entries of ``HFSR_DATA``, else the user's cache folder.

    Examples
    --------
    >>> all(isinstance(root, Path) for root in data_roots())
    True
    """
    setting = os.environ.get("HFSR_DATA", "")
    roots = [Path(os.path.expanduser(entry)) for entry in setting.split(os.pathsep) if entry]  # noqa: PTH111  # ~nobody stays so
    return roots or [Path(platformdirs.user_cache_dir("hfsr"))]


def find_data(name: str) -> Path | None:
    """The first data root's folder called `name` that is not empty, or None.

    It may lie in a folder DIV2K of the root too, where users of EDSR and BasicSR keep that set's folders.

    Examples
    --------
    >>> find_data("a folder that nobody has") is None
    True
    """
    places = (place / name for root in data_roots() for place in (root, root / "DIV2K"))
    return next((place for place in places if os.path.isdir(place) and any(place.iterdir())), None)  # noqa: PTH112  # too long
