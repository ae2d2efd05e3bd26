"""Files that are either whole or not there: atomic writes, JSON, digests."""

import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from safetensors import SafetensorError

from hfsr.errors import TakenError, UserError

LOCK = ".lock"


@contextmanager
def naming(path: Path | str) -> Iterator[None]:
    """Make what cannot be written while the block runs a `UserError` that names the file.

    Examples
    --------
    >>> import tempfile
    >>> with naming("notes.txt"):
    ...     _ = (Path(tempfile.mkdtemp()) / "gone" / "notes.txt").write_text("lost")
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: notes.txt: cannot be written (No such file or directory); make room or choose ...
    """
    try:
        yield
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"{path}: cannot be written ({reason}); make room or choose another place, then do the same again: "
            "nothing saved before is lost"
        ) from error


@contextmanager
def atomic(path: Path | str) -> Iterator[Path]:
    """Write a file completely or not at all; what cannot be written is a `UserError` that names it.

    Yields a temporary path in the same folder (made where missing), with the same suffix. When the block ends without an
    error the file is flushed to disk and takes the place of `path` in one step; after an error it is removed and what was
    at `path` before stays.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with atomic(folder / "note.txt") as part:
    ...     _ = part.write_text("whole")
    >>> [p.name for p in folder.iterdir()]
    ['note.txt']
    """
    path = Path(path)
    part = path.parent / f".{path.stem[:40]}-{uuid.uuid4().hex[:8]}{path.suffix}"
    try:
        with naming(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            part.touch()
            rights = part.stat().st_mode  # those of new files here; safetensors gives others
            part.unlink()
            yield part
            part.chmod(rights)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            os.replace(part, path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def exclusive(folder: Path | str) -> Iterator[None]:
    """Keep a folder (made where missing) to this process until the block ends; one that is taken is a `TakenError`.

    On a local disk the system lets go of what a killed process held; the file ``.lock`` may stay and means nothing by itself.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> with exclusive(folder):
    ...     exclusive(folder).__enter__()
    Traceback (most recent call last):
        ...
    hfsr.errors.TakenError: ...: another process is at work in it; wait for its end, or choose another folder
    """
    lock = FileLock(Path(folder) / LOCK, blocking=False)
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise TakenError(
            f"{folder}: another process is at work in it; wait for its end, or choose another folder"
        ) from error
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror}); choose another place") from error
    try:
        yield
    finally:
        lock.release()


def write_json(path: Path | str, content: Any) -> None:
    """Write `content` as readable JSON, atomically; NaN and infinity are refused (ValueError), as JSON has none.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "one.json"
    >>> write_json(path, {"step": 1})
    >>> read_json(path)
    {'step': 1}
    """
    text = json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    with atomic(path) as part:
        part.write_text(text, encoding="utf-8", errors="backslashreplace")  # as JSON escapes what is no text in a name


def read_json(path: Path | str) -> Any:
    """Read a JSON file; a missing or broken one is a `UserError` that names it.

    Examples
    --------
    >>> read_json("gone.json")
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: gone.json: no such file
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file") from error
    except (ValueError, OSError) as error:
        raise UserError(f"{path}: no JSON ({error}); restore it or delete it and run its command again") from error


def sha256(path: Path | str) -> str:
    """SHA-256 of a file's bytes, as 64 hexadecimal digits.

    Examples
    --------
    >>> len(sha256(__file__))
    64
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
