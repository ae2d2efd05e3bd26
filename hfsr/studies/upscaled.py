"""A labelled set upscaled as a whole and kept: one uint8 array, its digest, and the record of how it was made (Section IV.C).

The array grows by a thousand images at a time, so that an interrupted command goes on where it was.
"""

import io
import os
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from hfsr.analysis.spectrum import ENCODERS, PNG_METRICS, png_total
from hfsr.data.labelled import LabelledSet
from hfsr.errors import UserError
from hfsr.files import exclusive, naming, read_json, sha256, write_json
from hfsr.studies import provenance, records
from hfsr.studies.records import RECORD, Data, Settings
from hfsr.studies.upscaled_set import UpscaledRecord, UpscaledSet
from hfsr.studies.upscaler import ORIGINAL, Upscaler
from hfsr.studies.upscaling import Method, Sharpening, upscale_images
from hfsr.training import hardware

IMAGES = "images.npy"
PLAN = ".settings.json"  # of a set that is being made
CHUNK = 1000  # images between two points that an interrupted command can go on from


def make(data: LabelledSet, upscaler: Upscaler, out: Path | str | None = None, progress: bool = False) -> Path:
    """Upscale training and test images x2 and keep them; goes on where an interrupted call stopped.

    Parameters
    ----------
    data : LabelledSet
    upscaler : Upscaler
    out : path, optional
        The folder; by default that of the `UpscaledSet`.
    progress : bool
        Show a bar.

    Returns
    -------
    Path
        The folder: ``images.npy``, uint8 (N, 3, 2H, 2W), the training images before the test images, and ``record.json``
        with the array's SHA-256 and the images' size as PNG. Networks multiply in bf16 where the processor has units for it,
        which the record says.

    Raises
    ------
    UserError
        For a method that is not known or upscales nothing, a folder that holds another set or other files of these names, or
        that another process works in, a full disk.

    Examples
    --------
    >>> import tempfile
    >>> images, labels = torch.zeros(2, 3, 8, 8, dtype=torch.uint8), torch.tensor([0, 1])
    >>> from hfsr.studies.upscaler import BICUBIC
    >>> data = LabelledSet("tiny", ("a", "b"), images, labels, images, labels, digest="")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(sorted(path.name for path in make(data, BICUBIC, folder).glob("[!.]*")))
    ['images.npy', 'record.json']
    """
    if upscaler == ORIGINAL:
        raise UserError('"original" images are not upscaled: choose "bicubic" or a published model')
    run = UpscaledSet(data.name, upscaler)
    folder, digests = Path(out) if out else run.folder, _digests(data, upscaler)
    if not _finished(run, folder, digests):
        with exclusive(folder):
            if not _finished(run, folder, digests):  # another process may have made it just now
                _make(run, data, folder, digests, progress)
    return folder


def _digests(data: LabelledSet, upscaler: Upscaler) -> Settings:
    return {"data_digest": data.digest, "enlarger_sha256": upscaler.digest}


def _finished(run: UpscaledSet, folder: Path, digests: Settings) -> bool:
    if (folder / RECORD).exists():
        _check(run, folder, digests)
        return True
    if (folder / IMAGES).exists() and not (folder / PLAN).exists():
        raise UserError(f"{folder}: holds an {IMAGES} that has no record; choose another folder, or move it away")
    return False


def _make(run: UpscaledSet, data: LabelledSet, folder: Path, digests: Settings, progress: bool) -> None:
    """Bring the array to its end, then write its record: a call that was stopped anywhere in between goes on from there."""
    plan, part, target = folder / PLAN, folder / f".{IMAGES}", folder / IMAGES
    precision = hardware.precision() if run.upscaler.is_network else None
    planned = run.identity() | digests | {"precision": precision}
    if _begun(run, folder) != planned:  # nothing, or with an earlier network of that name, another source or precision
        part.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
        write_json(plan, planned)
    rate, method = None, run.upscaler.method(data.train_images)  # once: its file may be replaced while this goes on
    if not target.exists():
        rate = _fill(data, run.upscaler.factor, method, precision == "bf16", part, progress)
        with naming(target):
            os.replace(part, target)
    made = {
        "enlarger_sha256": digests["enlarger_sha256"],
        "precision": precision,
        "sha256": sha256(target),
        "images_per_second": rate,
        "sharpening": method.amount if isinstance(method, Sharpening) else None,
        "data": Data(
            name=data.name, images=len(data.train_images), test_images=len(data.test_images), digest=data.digest
        ),
    }
    origin, sizes = provenance.origin(run.command), _png(data, target)
    records.write(folder, records.made(UpscaledRecord, run.identity(), vars(origin), made, sizes))
    plan.unlink()


def _begun(run: UpscaledSet, folder: Path) -> Settings | None:
    """What the beginning of this set that lies in the folder was made from; the beginning of another one is refused."""
    if not (folder / PLAN).exists():
        return None
    begun = read_json(folder / PLAN)
    if other := records.differences(run.identity(), begun if isinstance(begun, dict) else {}):
        raise UserError(
            f"{folder}: holds the beginning of a set with {'; '.join(other)}: choose another folder, or delete it"
        )
    return dict(begun)


def _png(data: LabelledSet, path: Path) -> Settings:
    """Size as PNG (Table IV): bytes of training and test images, and of each thousand, from which an interval can be had."""
    images, first = torch.from_numpy(np.load(path, mmap_mode="c")), len(data.train_images)
    thousands = {
        f"{data.name}/{part}_{metric}": [png_total(chunk, encoder) for chunk in some.split(CHUNK)]
        for part, some in (("train", images[:first]), ("test", images[first:]))
        for encoder, metric in PNG_METRICS.items()
    }
    metrics = {name: sum(sizes) for name, sizes in thousands.items()}
    return {"metrics": metrics, "thousands": thousands, "encoders": ENCODERS}


def read(folder: Path | str, data: LabelledSet, upscaler: Upscaler) -> tuple[Tensor, Tensor]:
    """The images of an upscaled set, checked against its record, and that against source and method.

    Returns
    -------
    train_images, test_images : Tensor, (N, 3, 2H, 2W), uint8
        Read from the file as they are used.

    Raises
    ------
    UserError
        If the record or the array is missing, altered, of another source, method or shape.

    Examples
    --------
    >>> import tempfile
    >>> images, labels = torch.zeros(2, 3, 8, 8, dtype=torch.uint8), torch.tensor([0, 1])
    >>> from hfsr.studies.upscaler import BICUBIC
    >>> data = LabelledSet("tiny", ("a", "b"), images, labels, images, labels, digest="")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     train_images, test_images = read(make(data, BICUBIC, folder), data, BICUBIC)
    ...     print(train_images.shape, test_images.shape)
    torch.Size([2, 3, 16, 16]) torch.Size([2, 3, 16, 16])
    """
    run, folder = UpscaledSet(data.name, upscaler), Path(folder)
    _check(run, folder, _digests(data, upscaler))
    path, again = folder / IMAGES, _again(run, folder)
    try:
        array = np.load(path, mmap_mode="c", allow_pickle=False)
    except ValueError as error:
        raise UserError(f"{path}: holds no array ({error}); {again}") from error
    shape = _shape(data, upscaler.factor)
    if array.shape != shape or array.dtype != np.uint8:
        raise UserError(f"{path}: {array.dtype} {array.shape} where uint8 {shape} belongs; {again}")
    images = torch.from_numpy(array)
    return images[: len(data.train_images)], images[len(data.train_images) :]


def header(data: LabelledSet, factor: int = 2) -> bytes:
    r"""The bytes with which the file of an upscaled set begins, before the images' own.

    Examples
    --------
    >>> from hfsr.data import labelled
    >>> header(labelled.load("digits"))[:6]
    b'\x93NUMPY'
    """
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        content, {"descr": "|u1", "fortran_order": False, "shape": _shape(data, factor)}
    )
    return content.getvalue()


def _shape(data: LabelledSet, factor: int) -> tuple[int, ...]:
    _, channels, height, width = data.train_images.shape
    return (len(data.train_images) + len(data.test_images), channels, factor * height, factor * width)


def _again(run: UpscaledSet, folder: Path) -> str:
    return f"delete {folder} and run `{run.command}`"


def _check(run: UpscaledSet, folder: Path, digests: Settings) -> None:
    """Whether the folder holds the set that was asked for, with the array that its record describes."""
    record, path = records.read(folder / RECORD, UpscaledRecord), folder / IMAGES
    if other := records.differences(run.identity() | digests, record.made_from()):
        raise UserError(f"{folder}: holds an upscaled set with {'; '.join(other)}: choose another folder, or delete it")
    if not path.exists() or sha256(path) != record.sha256:
        raise UserError(f"{path}: not the array that its record describes; {_again(run, folder)}")


def _fill(data: LabelledSet, factor: int, method: Method, bf16: bool, part: Path, progress: bool) -> float | None:
    """Bring the array to its end; images a second of what was left to do."""
    method = method.to(hardware.device()) if isinstance(method, nn.Module) else method
    images, start_of_file = torch.cat([data.train_images, data.test_images]), header(data, factor)
    first, each = len(start_of_file), int(np.prod(_shape(data, factor)[1:]))
    with naming(part), part.open("r+b" if part.exists() else "w+b") as file:
        done = max(file.seek(0, os.SEEK_END) - first, 0) // each
        done = done if done == len(images) else done // CHUNK * CHUNK
        file.truncate(first + done * each if done else 0)
        file.seek(0, os.SEEK_END)
        if not done:
            file.write(start_of_file)
        start = time.monotonic()
        with tqdm(total=len(images), initial=done, desc=part.parent.name, unit="image", disable=not progress) as bar:
            for place in range(done, len(images), CHUNK):
                chunk = upscale_images(method, images[place : place + CHUNK], bf16=bf16)
                file.write(chunk.numpy().tobytes())
                file.flush()
                os.fsync(file.fileno())
                bar.update(len(chunk))
    return round((len(images) - done) / (time.monotonic() - start), 1) if done < len(images) else None
