"""Archives: a download that goes on where it stopped and is checked, and unpacking that stays in its folder."""

import errno
import http.client
import lzma
import shutil
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tqdm.auto import tqdm

from hfsr.errors import UserError
from hfsr.files import sha256 as sha256_of

CHUNK = 2**20  # bytes
PATIENCE = 60  # seconds that a site may be silent
TRIES = 3  # in a row without a new byte
PAUSE = 2.0  # seconds between two of them
# What reading a damaged archive, or making files of the names in it, may raise.
DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)  # errors of writing, not of the site


def download(url: str, part: Path, size: int, sha256: str) -> None:
    """Complete the file `part` from `url` and check it.

    What `part` holds already is kept and the rest asked for (HTTP Range); a server that cannot do so sends all of it again.
    A broken connection is taken up again as long as it brings something; what has come by then stays in `part`.

    Parameters
    ----------
    url : str
    part : path of the file to fill
    size : int
        Bytes of the whole file.
    sha256 : str
        Its checksum, as 64 hexadecimal digits. A file with another one is removed.

    Raises
    ------
    UserError
        If the site refuses, offers a file of another size, or stays silent, or the checksum is wrong.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     official, part = Path(folder) / "set.zip", Path(folder) / "set.zip.part"
    ...     size = official.write_bytes(b"all of it")
    ...     download(official.as_uri(), part, size, sha256_of(official))
    ...     part.read_bytes()
    b'all of it'
    """
    part.parent.mkdir(parents=True, exist_ok=True)
    most, failures = _length(part), 0
    with tqdm(total=size, initial=most, desc=part.stem, unit="B", unit_scale=True) as bar:
        while _length(part) < size:
            reason = _receive(url, part, size, bar)
            come = _length(part)
            most, failures = max(most, come), 0 if come > most else failures + 1
            if failures == TRIES:
                raise UserError(f"{url}: {come:,} of {size:,} bytes came ({reason}); run the command again to go on")
            if failures:
                time.sleep(PAUSE)
    if _length(part) != size or sha256_of(part) != sha256:
        part.unlink()
        raise UserError(f"{url}: not the official file, its SHA-256 differs; it was removed, run the command again")


def get(url: str, file: Path) -> None:
    """Download a file whose size and checksum nobody publishes; what it holds is for the caller to check.

    Parameters
    ----------
    url : str
    file : path of the file to write
        A second call starts over.

    Raises
    ------
    UserError
        If the site refuses or cannot be reached, or the connection keeps breaking.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     there, here = Path(folder) / "there.txt", Path(folder) / "here.txt"
    ...     size = there.write_text("a picture")
    ...     get(there.as_uri(), here)
    ...     here.read_text()
    'a picture'
    """
    reason = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE)
        request = urllib.request.Request(url, headers={"User-Agent": "hfsr"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response, file.open("wb") as target:
                shutil.copyfileobj(response, target, CHUNK)
                if target.tell() >= _promised(response, 0):
                    return
            reason = "the connection ended early"
        except urllib.error.HTTPError as error:
            raise UserError(f"{url}: the site answers {error.code} {error.reason}; try again later") from error
        except (OSError, http.client.HTTPException) as error:
            _raise_of_disk(error)
            reason = " ".join(str(getattr(error, "reason", error)).split())
    raise UserError(f"{url}: cannot be fetched ({reason}); try again later")


def _receive(url: str, part: Path, size: int, bar: tqdm) -> str:
    """Append what one connection brings; returns why it brought no more."""
    start = _length(part)
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-", "User-Agent": "hfsr"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            start = start if response.status == http.HTTPStatus.PARTIAL_CONTENT else 0
            offered = start + _promised(response, size - start)
            if offered != size:
                raise UserError(f"{url}: the site offers {offered:,} bytes where the official file has {size:,}")
            with part.open("ab" if start else "wb") as file:
                while chunk := response.read1(min(CHUNK, size - file.tell())):  # what has come, before it may break
                    file.write(chunk)
                    bar.update(file.tell() - bar.n)
    except urllib.error.HTTPError as error:
        raise UserError(f"{url}: the site answers {error.code} {error.reason}; try again later") from error
    except urllib.error.URLError as error:
        return str(error.reason)
    except (OSError, http.client.HTTPException) as error:
        _raise_of_disk(error)
        return " ".join(str(error).split())  # an answer that is no HTTP is quoted with its line's end
    return "the connection ended early"


def _promised(response: IO[bytes], unsaid: int) -> int:
    """How many bytes the site says that it sends."""
    said = response.headers.get("Content-Length", "")  # type: ignore[attr-defined]
    return int(said) if said.isdecimal() else unsaid


def _raise_of_disk(error: Exception) -> None:
    """Raise again what is no fault of the site: the disk is full, or may not be written to."""
    if isinstance(error, OSError) and error.errno in DISK:
        raise error


def _length(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def unpack(archive: Path, folder: Path, password: str | None = None) -> None:
    """Write the files of a ZIP or tar archive below `folder`; a ZIP archive may have a password.

    Raises
    ------
    UserError
        If the archive is damaged, or holds anything but files and folders (links, devices), or a name that leads out of
        `folder`.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with zipfile.ZipFile(folder / "set.zip", "w") as packed:
    ...     packed.writestr("pictures/names.txt", "one")
    >>> unpack(folder / "set.zip", folder)
    >>> (folder / "pictures" / "names.txt").read_text()
    'one'
    """
    inside = folder.resolve()
    try:
        for name, content in tqdm(
            _files(archive, password), f"unpacking {archive.stem}", unit="file", delay=2, leave=False
        ):
            target = (inside / name).resolve()
            if not target.is_relative_to(inside):
                raise UserError(f"{archive.name}: {name!r} leads out of the folder it is unpacked in; nothing was kept")
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                shutil.copyfileobj(content, file, CHUNK)
    except UserError:
        raise
    except DAMAGE as error:
        _raise_of_disk(error)
        reason = str(error).partition(":\n")[0]  # what each way of opening it said
        raise UserError(f"{archive.name}: damaged or no archive ({reason}); run the command again") from error


def _files(archive: Path, password: str | None) -> Iterator[tuple[str, IO[bytes]]]:
    """Name and content of every file in an archive. Links are never made, so a name alone says where a file goes."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            for entry in packed.infolist():
                if not entry.is_dir():
                    with packed.open(entry, pwd=password.encode() if password else None) as content:
                        yield entry.filename, content
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isdir():
                continue
            file = tar.extractfile(member) if member.isreg() else None
            if file is None:
                raise UserError(f"{archive.name}: {member.name!r} is neither a file nor a folder; nothing was kept")
            yield member.name, file
