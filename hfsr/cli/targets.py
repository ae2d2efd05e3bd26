"""Where the results of many pictures go: the same tree of folders below another one."""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hfsr.cli.sources import holds, is_folder
from hfsr.errors import UserError
from hfsr.files import naming


def writable(suffix: str | None) -> str | None:
    """The suffix of a format that pictures are written in, with its dot and in small letters; another is a `UserError`."""
    from hfsr.images import SUFFIXES

    if suffix is None:
        return None
    dotted = f".{suffix.lower().removeprefix('.')}"
    if dotted not in SUFFIXES:
        raise UserError(f"--suffix {suffix}: choose one of {' '.join(SUFFIXES)}")
    return dotted


def pairs(
    pictures: list[tuple[Path, Path]], sources: list[Path], out: Path, suffix: str | None
) -> tuple[list[tuple[Path, Path]], list[str]]:
    """Each picture with the file below `out` that its result becomes, and a line for each that gets none.

    A picture stands with its place below that of `sources` which holds it. A result has its name and, unless one is chosen,
    its suffix, or .png where that format is read only. Results that would share a name keep their pictures' suffixes in it,
    all of them: none is taken for one that an earlier call has left. Pictures that have their whole name in common get no
    result, nor does one whose result would take the place of another picture or lie among those of a folder. One that would
    take the place of its own picture is a `UserError`.
    """
    found = {(os.path.realpath(picture), place): picture for picture, place in pictures}  # named twice, it is one
    folders = [source for source in sources if is_folder(source) and not holds(source, out)]
    files = {_file(picture): picture for picture in found.values()}
    wanted: list[tuple[Path, Path]] = []
    failed: list[str] = []
    for target, (picture, *others) in _named(found, out, suffix).items():
        if others:
            failed += _without([picture, *others])
        elif place := _unfit(target, files, folders):
            failed.append(f"{picture}: its result would {place}; choose another folder")
        else:
            wanted.append((picture, target))
    return wanted, failed


def _named(found: dict[tuple[str, Path], Path], out: Path, suffix: str | None) -> dict[Path, list[Path]]:
    """Every result with the pictures that would become it."""
    names = Counter(_result(place, suffix) for _, place in found)
    made: dict[Path, list[Path]] = {}
    for (_, place), picture in found.items():
        shared = names[_result(place, suffix)] > 1
        target = out / (f"{place}{_ending(place, suffix)}" if shared else _result(place, suffix))
        require_another(picture, target)
        made.setdefault(target, []).append(picture)
    return made


def _unfit(target: Path, files: dict[tuple[int, int] | None, Path], folders: list[Path]) -> str | None:
    """What a result would do to another picture, or to a folder of them, of which it would be one when that is sent again."""
    if among := [folder for folder in folders if holds(folder, target)]:
        return f"lie among the pictures of {among[0]}"
    file = _file(target)
    return f"take the place of {files[file]}" if file and file in files else None


def _without(alike: list[Path]) -> Iterator[str]:
    """A line for each of several pictures whose results would have one name whatever is kept in it."""
    others = [*alike[1:], alike[0]]
    for picture, other in zip(alike, others, strict=True):
        yield f"{picture}: its result would have the name of that of {other}; send them into two folders"


def _result(place: Path, suffix: str | None) -> Path:
    return place.with_suffix(_ending(place, suffix))


def _ending(place: Path, suffix: str | None) -> str:
    from hfsr.images import SUFFIXES

    return suffix or (place.suffix if place.suffix.lower() in SUFFIXES else ".png")


def _file(path: Path) -> tuple[int, int] | None:
    """What a file is called whatever path leads to it; None where none is there."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


def require_another(source: Path, target: Path) -> None:
    """Refuse (`UserError`) a result that would take the place of its own picture."""
    if (file := _file(source)) and file == _file(target):
        raise UserError(f"{source}: would be written over by its own result; choose another place")


def require_file(target: Path) -> None:
    """Refuse (`UserError`) a folder where a file is to be written."""
    if is_folder(target):
        raise UserError(f"{target}: a folder; name the file to write")


def require_free(target: Path) -> None:
    """Refuse (`UserError`) to write over what is there, if only a link to nothing."""
    with naming(target):
        taken = is_there(target)
    if taken:
        raise UserError(f"{target}: is there already; --overwrite writes over it")


def around(out: Path, sources: list[Path]) -> Path | None:
    """The first folder of pictures that the one for the results lies in."""
    return next((source for source in sources if is_folder(source) and holds(source, out)), None)


def require_room(out: Path) -> None:
    """Refuse (`UserError`) a folder for results that cannot be made or written to: better before the work than after."""
    with naming(out):
        nearest = out
        while not is_there(nearest) and nearest != nearest.parent:
            nearest = nearest.parent
        with tempfile.TemporaryFile(dir=nearest):
            pass


def is_there(path: Path) -> bool:
    """Whether there is something of that name, if only a link to nothing; a name that cannot be is an OSError."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
