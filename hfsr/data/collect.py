"""Fetch sets of photographs from where others published them: a picture is known by its pixels, whatever its name."""

import shutil
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

from tqdm.auto import tqdm

from hfsr import images, paths
from hfsr.data import archives, checksums, roots
from hfsr.data.sources import SOURCES, Source
from hfsr.errors import UserError


def collect(name: str) -> Path:
    """Download a set of photographs into the first data root, each picture checked by its pixels and named as here.

    Parameters
    ----------
    name : str
        A set in `hfsr.data.sources.SOURCES`.

    Returns
    -------
    Path
        The data root that has the set.

    Raises
    ------
    TakenError
        If another process fetches it.
    UserError
        If no address of the set is known; the site cannot be reached, or lacks one of its pictures as used here; the set
        is here already but differs; the data root cannot be written to.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", HFSR_DATA="/nowhere"):
    ...     collect("realsr-gt")
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: realsr-gt: no stable address is known (...); put the pictures into ...realsr-gt, then ...
    """
    source, root = SOURCES[name], paths.data_roots()[0]
    if found := _complete(name):
        return found
    if not source.addresses:
        raise UserError(
            f"{name}: no stable address is known ({source.origin}); put the pictures into {root / name}, then "
            f"`hfsr data check {name}` compares them"
        )
    roots.require_free(root / name)
    with roots.fetching(name) as place:
        if not (found := _complete(name)):  # another process may have brought it just now
            _bring(source, place / "come")
            _pick(place / "come", place / "kept", name)
            (place / "kept").rename(root / name)
    return found or root


def _complete(name: str) -> Path | None:
    """The data root that has the set, if any; one that differs is refused, not mended."""
    if (here := paths.find_data(name)) is None:
        return None
    if problems := checksums.problems(name):
        raise UserError(f"{here}: {problems[0]}; move the folder away and run `hfsr data fetch {name}` again")
    return here.parent


def _bring(source: Source, folder: Path) -> None:
    """Download all addresses into a folder; archives are unpacked there."""
    folder.mkdir()
    for address in tqdm(source.addresses, "fetching", unit="file", leave=False):
        file = folder / PurePosixPath(address).name
        archives.get(address, file)
        if zipfile.is_zipfile(file) or tarfile.is_tarfile(file):
            archives.unpack(file, folder, source.password)


def _pick(come: Path, kept: Path, name: str) -> None:
    """Copy the set's pictures, found by their pixels, to where they get the set's names (in T91 one picture has two)."""
    wanted: dict[str, list[str]] = {}
    for stem, checksum in checksums.known()[name].items():
        wanted.setdefault(checksum, []).append(stem)
    kept.mkdir()
    files = [path for path in sorted(come.rglob("*")) if path.suffix.lower() in images.SUFFIXES and path.is_file()]
    for path in tqdm(files, f"looking for {name}", unit="picture", delay=2, leave=False):
        for stem in wanted.pop(_checksum(path), ()):
            shutil.copyfile(path, kept / f"{stem}{path.suffix.lower()}")
    missing = sorted(stem for stems in wanted.values() for stem in stems)
    if missing:
        raise UserError(
            f"{SOURCES[name].addresses[0]}: {len(missing)} of the {len(checksums.known()[name])} pictures used here are not "
            f"there (pixel for pixel), the first is {missing[0]}; nothing was kept"
        )


def _checksum(path: Path) -> str:
    """Of a file's pixels; empty for one that cannot be read, which is none of ours."""
    try:
        return checksums.of(images.read(path))
    except UserError:
        return ""
