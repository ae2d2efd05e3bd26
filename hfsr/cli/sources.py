"""Where pictures come from: files that a command names, and folders with what lies in them."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hfsr.errors import UserError

READ_ONLY = (".gif", ".jfif", ".jpe", ".apng")  # that hold what is read, under names that nothing is written to


@dataclass
class Found:
    """What the names of a command hold.

    `pictures` and `linked`, which are links to folders, stand with the place of each below the folder that was named; `failed`
    are lines about folders that cannot be looked into, `left_out` real paths of pictures among the results.
    """

    pictures: list[tuple[Path, Path]] = field(default_factory=list)
    linked: list[tuple[Path, Path]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)


def require_source(source: Path) -> None:
    """Refuse (`UserError`) what is not there: before anything else, which would be blamed in its place."""
    try:
        source.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        gone = "a link that leads nowhere" if source.is_symlink() else "no such file"
        raise UserError(f"{source}: {gone}") from error
    except OSError as error:
        raise UserError(f"{source}: cannot be read ({error.strerror}); mend that, or name another picture") from error


def gather(sources: list[Path], out: Path) -> Found:
    """The pictures of files and folders.

    A folder gives what lies in it and in its folders, hidden files left out, and what lies in `out` where that is inside it.
    One with no pictures at all, or that `out` is itself, is a `UserError`.
    """
    found = Found()
    for source in sources:
        if is_folder(source):
            _look_into(source, out, found)
        else:
            found.pictures.append((source, Path(source.name)))
    return found


def mode(path: Path) -> int:
    """What a path leads to, for the functions of `stat`; 0 if that is nothing, or cannot be asked, which `Path` may raise."""
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def is_folder(path: Path) -> bool:
    """Whether a path leads to a folder."""
    return stat.S_ISDIR(mode(path))


def is_file(path: Path) -> bool:
    """Whether a path leads to a file, which no device or pipe is."""
    return stat.S_ISREG(mode(path))


def holds(folder: Path, path: Path) -> bool:
    """Whether a path is a folder or lies somewhere in it, links resolved."""
    real = Path(os.path.realpath(path))
    return Path(os.path.realpath(folder)) in (real, *real.parents)


def _look_into(source: Path, out: Path, found: Found) -> None:
    from hfsr.images import SUFFIXES

    if os.path.realpath(out) == os.path.realpath(source):
        raise UserError(f"{source}: its results would lie among its pictures; choose another folder")
    inside, before = holds(source, out), len(found.failed) + len(found.linked)
    kept = []
    for path in sorted(_below(source, found)):
        linked = is_folder(path)
        if inside and (holds(out, path) or holds(out, path.parent)):  # a result, a link to one, or one that is a link
            found.left_out |= set() if linked else {os.path.realpath(path)}
        elif linked:
            found.linked.append((path, path.relative_to(source)))
        else:
            kept.append((path, path.relative_to(source)))
    if not kept and before == len(found.failed) + len(found.linked):
        where = f"folder outside {out}" if found.left_out else "folder"
        raise UserError(f"{source}: no pictures in this {where} (files in {' '.join((*SUFFIXES, *READ_ONLY))})")
    found.pictures += kept


def _below(folder: Path, found: Found) -> Iterator[Path]:
    """The pictures in a folder and its folders, and the links to folders among them, nothing that is hidden."""
    from hfsr.images import SUFFIXES

    def fail(error: OSError) -> None:
        found.failed.append(
            f"{error.filename}: cannot be looked into ({error.strerror}); allow it, then do the same again"
        )

    for inside, folders, names in os.walk(folder, onerror=fail):
        folders[:] = [each for each in folders if not each.startswith(".")]
        yield from (path for each in folders if (path := Path(inside, each)).is_symlink())
        shown = (Path(inside, name) for name in names if not name.startswith("."))
        named = (path for path in shown if path.suffix.lower() in (*SUFFIXES, *READ_ONLY))
        yield from (path for path in named if is_file(path) or not mode(path))  # of which nothing is known, it fails
