"""ONNX Runtime Web, which runs networks in a browser: fetched by npm when the book is built, never committed.

`package.json` and `package-lock.json` beside this module are npm's own files: the version and the digest. From which registry
it comes npm knows.
"""

import base64
import hashlib
import shutil
import subprocess
import tarfile
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hfsr.errors import UserError
from hfsr.files import atomic, read_json

PACKAGE = "onnxruntime-web"
# The smallest build that runs the networks, WebAssembly with SIMD (14 MB), and the smallest that runs them on a graphics card,
# WebAssembly that can wait for WebGPU (17 MB; 27 for browsers in which it cannot). A page asks for one of the two.
WANTED = (
    "ort.wasm.min.js",
    "ort.wasm.min.mjs",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm",
    "ort.jspi.min.js",
    "ort-wasm-simd-threaded.jspi.mjs",
    "ort-wasm-simd-threaded.jspi.wasm",
)
PATIENCE = 300  # seconds that npm may take


class Locked(NamedTuple):
    """What the lock file says of a package.

    Examples
    --------
    >>> Locked("1.0.0", "sha512-AA==").version
    '1.0.0'
    """

    version: str
    integrity: str


def locked() -> Locked:
    """Version and digest of ONNX Runtime Web.

    Examples
    --------
    >>> locked().integrity.startswith("sha512-")
    True
    """
    entry = read_json(str(files("hfsr.report.widgets") / "package-lock.json"))["packages"][f"node_modules/{PACKAGE}"]
    return Locked(*(entry[field] for field in Locked._fields))


def unpack(cache: Path, folder: Path) -> None:
    """Put the files that a page needs into a folder, from a package that is fetched into `cache` unless it is there.

    Parameters
    ----------
    cache, folder : path

    Raises
    ------
    UserError
        If there is no npm, it reaches no registry, or what came has another digest than the lock file.

    Examples
    --------
    >>> cache = Path(TemporaryDirectory().name)
    >>> cache.mkdir()
    >>> _ = (cache / f"onnxruntime-web-{locked().version}.tgz").write_text("something else")
    >>> unpack(cache, cache)
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: .../onnxruntime-web-...tgz: not the package that package-lock.json names; it was removed
    """
    lock = locked()
    package = cache / f"{PACKAGE}-{lock.version}.tgz"
    if not package.exists():
        with atomic(package) as part:
            _fetch(lock, part)
    if _integrity(package) != lock.integrity:
        package.unlink()
        raise UserError(f"{package}: not the package that package-lock.json names; it was removed")
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(package) as archive:
        for name in WANTED:
            with archive.extractfile(f"package/dist/{name}") as content, (folder / name).open("wb") as file:  # type: ignore[union-attr]
                shutil.copyfileobj(content, file)


def _fetch(lock: Locked, target: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise UserError(
            "npm is not on the PATH, which fetches what runs networks in the browser: install Node.js with it"
        )
    with TemporaryDirectory() as folder:
        command = [npm, "pack", f"{PACKAGE}@{lock.version}", "--fetch-retries=0", f"--pack-destination={folder}"]
        try:
            subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=True)
        except (subprocess.SubprocessError, OSError) as error:
            raise UserError(
                f"npm could not fetch {PACKAGE} {lock.version} from the registry; try again later"
            ) from error
        shutil.copyfile(Path(folder) / f"{PACKAGE}-{lock.version}.tgz", target)


def _integrity(file: Path) -> str:
    """As npm writes it: the digest's name, and the digest in base64."""
    with file.open("rb") as content:
        return f"sha512-{base64.b64encode(hashlib.file_digest(content, 'sha512').digest()).decode()}"
