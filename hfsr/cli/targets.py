"""Where the results of many pictures go: the same tree of folders below another one."""

import os
import tempfile
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


def pairs(sources: list[Path], out: Path, suffix: str | None) -> list[tuple[Path, Path]]:
    """Each picture of files and folders, and the file below `out` that its result becomes.

    A folder gives what lies in it and in its folders, hidden files and what lies below `out` left out. A result has the name
    of its picture and, unless one is chosen, its suffix, or .png where that format is read only. Two results of one name are
    a `UserError`, as is one that would take the place of its picture.
    """
    from hfsr.images import SUFFIXES

    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: a file; --out names a folder")
    found: dict[Path, Path] = {}
    for source in sources:
        for picture, place in _pictures(source, out):
            own = place.suffix if place.suffix.lower() in SUFFIXES else ".png"
            target = out / place.with_suffix(suffix or own)
            if target in found:
                raise UserError(
                    f"{target}: would be made of {found[target]} and of {picture}; upscale them into two folders"
                )
            require_another(picture, target)
            found[target] = picture
    return [(picture, target) for target, picture in found.items()]


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
        and path.is_file()
        and out.resolve() not in path.resolve().parents
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
