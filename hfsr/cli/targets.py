"""Where the results of many pictures go: the same tree of folders below another one."""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hfsr.errors import UserError
from hfsr.files import naming

STREAM = Path("-")  # standard input or output
READ_ONLY = ".gif"


def writable(suffix: str | None) -> str | None:
    """The suffix of a format that pictures are written in, with its dot and in small letters; another is a `UserError`."""
    from hfsr.images import SUFFIXES

    if suffix is None:
        return None
    dotted = f".{suffix.lower().removeprefix('.')}"
    if dotted not in SUFFIXES:
        raise UserError(f"--suffix {suffix}: choose one of {' '.join(SUFFIXES)}")
    return dotted


def pairs(sources: list[Path], out: Path, suffix: str | None) -> tuple[list[tuple[Path, Path]], list[str]]:
    """Each picture of files and folders with the file below `out` that its result becomes, and a line for each that gets none.

    A folder gives what lies in it and in its folders, hidden files and what lies below `out` left out. A result has the name
    of its picture and, unless one is chosen, its suffix, or .png where that format is read only. Results that would share a
    name keep their pictures' suffixes in it, all of them: none is taken for one that an earlier call has left. Pictures that
    have their whole name in common get no result. One that would take the place of its picture is a `UserError`.
    """
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: a file; --out names a folder")
    found = {
        (os.path.realpath(picture), place): picture  # a picture that is named twice is one
        for source in sources
        for picture, place in _pictures(source, out)
    }
    names = Counter(_result(place, suffix) for _, place in found)
    made: dict[Path, list[Path]] = {}
    for (_, place), picture in found.items():
        shared = names[_result(place, suffix)] > 1
        target = out / (f"{place}{_ending(place, suffix)}" if shared else _result(place, suffix))
        require_another(picture, target)
        made.setdefault(target, []).append(picture)
    wanted = [(first, target) for target, (first, *others) in made.items() if not others]
    return wanted, [line for alike in made.values() if len(alike) > 1 for line in _without(alike)]


def _without(alike: list[Path]) -> list[str]:
    """A line for each of several pictures whose results would have one name whatever is kept in it."""
    others = [*alike[1:], alike[0]]
    return [
        f"{picture}: its result would have the name of that of {other}; send them into two folders"
        for picture, other in zip(alike, others, strict=True)
    ]


def _result(place: Path, suffix: str | None) -> Path:
    return place.with_suffix(_ending(place, suffix))


def _ending(place: Path, suffix: str | None) -> str:
    from hfsr.images import SUFFIXES

    return suffix or (place.suffix if place.suffix.lower() in SUFFIXES else ".png")


def require_another(source: Path, target: Path) -> None:
    """Refuse (`UserError`) a result that would take the place of its own picture."""
    if target.exists() and source.exists() and target.samefile(source):
        raise UserError(f"{source}: would be written over by its own result; choose another place")


def _pictures(source: Path, out: Path) -> list[tuple[Path, Path]]:
    """The pictures of a file or folder, and where each lies below it."""
    from hfsr.images import SUFFIXES

    if not source.is_dir():
        return [(source, Path(source.name))]
    if out.resolve() == source.resolve():
        raise UserError(f"{source}: its results would lie among its pictures; choose another folder")
    kept = [
        (path, path.relative_to(source))
        for path in sorted(_below(source))
        if path.suffix.lower() in (*SUFFIXES, READ_ONLY)
        and (path.is_file() or path.is_symlink())  # one that leads nowhere is a picture that fails
        and out.resolve() not in Path(os.path.realpath(path)).parents
    ]
    if not kept:
        raise UserError(f"{source}: no pictures in this folder (files in {' '.join((*SUFFIXES, READ_ONLY))})")
    return kept


def _below(folder: Path) -> Iterator[Path]:
    """What lies in a folder and its folders, nothing that is hidden; a `UserError` names one that cannot be looked into."""

    def refuse(error: OSError) -> None:
        raise UserError(
            f"{error.filename}: cannot be looked into ({error.strerror}); allow it, or name the other pictures"
        )

    for inside, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [each for each in folders if not each.startswith(".")]
        yield from (Path(inside) / name for name in names if not name.startswith("."))


def require_room(out: Path) -> None:
    """Refuse (`UserError`) a folder for results that cannot be made or written to: better before the work than after."""
    with naming(out):
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
