"""A labelled set enlarged as a whole and kept: one uint8 array, its digest, and the record of how it was made (Section IV.C).

The array grows by a thousand images at a time, so that an interrupted command goes on where it was.
"""

import io
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm.auto import tqdm

from hfsr.analysis.spectrum import ENCODERS, PNG_METRICS, png_total
from hfsr.data.labelled import LabelledSet
from hfsr.errors import UserError
from hfsr.files import exclusive, naming, read_json, sha256, write_json
from hfsr.studies import provenance, runs, upscalers
from hfsr.studies.upscaling import enlarge
from hfsr.training import hardware

IMAGES = "images.npy"
PLAN = ".settings.json"  # of a set that is being made
CHUNK = 1000  # images between two points that an interrupted command can go on from


def folder(name: str, method: str) -> Path:
    """Where a labelled set enlarged by a method lies, by default: ``runs/enlarged/<name>-<method>``."""
    return runs.folder("enlarged", f"{name}-{method}")


def settings(data: LabelledSet, method: str) -> dict[str, Any]:
    """What makes an enlarged set what it is: its source, and what enlarged it."""
    source = {
        "name": data.name,
        "images": len(data.train_images),
        "test_images": len(data.test_images),
        "digest": data.digest,
    }
    return {"study": "enlarged", "method": method, "enlarger_sha256": upscalers.weights_digest(method), "data": source}


def command(name: str, method: str) -> str:
    """The command that makes the set."""
    return f"hfsr upscale {name} --model {method}"


def make(data: LabelledSet, method: str, out: Path | str | None = None, progress: bool = False) -> Path:
    """Enlarge training and test images x2 and keep them; goes on where an interrupted call stopped.

    Parameters
    ----------
    data : LabelledSet
    method : str
        "bicubic" or a published model, see `hfsr.studies.upscaling.enlarge`.
    out : path, optional
        The folder; by default `folder`.
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
        For a method that is not known or enlarges nothing, a folder that holds another set or other files of these names, or
        that another process works in, a full disk.
    """
    if method == "original":
        raise UserError('"original" images are not enlarged: choose "bicubic" or a published model')
    run, made = Path(out) if out else folder(data.name, method), settings(data, method)
    if not _finished(run, made):
        with exclusive(run):
            if not _finished(run, made):  # another process may have made it just now
                _make(data, method, run, made, progress)
    return run


def _finished(run: Path, made: dict[str, Any]) -> bool:
    if (run / runs.RECORD).exists():
        _check(run, made)
        return True
    if (run / IMAGES).exists() and not (run / PLAN).exists():
        raise UserError(f"{run}: holds an {IMAGES} that has no record; choose another folder, or move it away")
    return False


def _make(data: LabelledSet, method: str, run: Path, made: dict[str, Any], progress: bool) -> None:
    """Bring the array to its end, then write its record: a call that was stopped anywhere in between goes on from there."""
    plan, part, target = run / PLAN, run / f".{IMAGES}", run / IMAGES
    precision = "bf16" if hardware.bf16_units() else "float32"
    planned = made | {"precision": None if method == "bicubic" else precision}
    if (
        not plan.exists() or read_json(plan) != planned
    ):  # begun by another method, from another source, on another machine
        part.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
        write_json(plan, planned)
    rate = None
    if not target.exists():
        rate = _enlarge(data, method, precision == "bf16", part, progress)
        with naming(target):
            os.replace(part, target)
    measured = {"sha256": sha256(target), "images_per_second": rate, "device": hardware.describe()} | _png(data, target)
    origin = {"versions": provenance.versions(), "commit": provenance.commit(), "command": command(data.name, method)}
    write_json(run / runs.RECORD, planned | measured | origin)
    plan.unlink()


def _png(data: LabelledSet, path: Path) -> dict[str, Any]:
    """Size as PNG (Table IV): bytes of training and test images, and of each thousand, from which an interval can be had."""
    images, first = torch.from_numpy(np.load(path, mmap_mode="c")), len(data.train_images)
    thousands = {
        f"{data.name}/{part}_{metric}": [png_total(chunk, encoder) for chunk in some.split(CHUNK)]
        for part, some in (("train", images[:first]), ("test", images[first:]))
        for encoder, metric in PNG_METRICS.items()
    }
    metrics = {name: sum(sizes) for name, sizes in thousands.items()}
    return {"metrics": metrics, "thousands": thousands, "encoders": ENCODERS}


def read(run: Path | str, data: LabelledSet, method: str) -> tuple[Tensor, Tensor]:
    """The images of an enlarged set, checked against its record, and that against source and method.

    Returns
    -------
    train_images, test_images : Tensor, (N, 3, 2H, 2W), uint8
        Read from the file as they are used.

    Raises
    ------
    UserError
        If the record or the array is missing, altered, of another source, method or shape.
    """
    run, path = Path(run), Path(run) / IMAGES
    made = settings(data, method)
    _check(run, made)
    again = _again(run, made)
    try:
        array = np.load(path, mmap_mode="c", allow_pickle=False)
    except ValueError as error:
        raise UserError(f"{path}: holds no array ({error}); {again}") from error
    if array.shape != _shape(data) or array.dtype != np.uint8:
        raise UserError(f"{path}: {array.dtype} {array.shape} where uint8 {_shape(data)} belongs; {again}")
    images = torch.from_numpy(array)
    return images[: len(data.train_images)], images[len(data.train_images) :]


def _shape(data: LabelledSet) -> tuple[int, ...]:
    _, channels, height, width = data.train_images.shape
    return (len(data.train_images) + len(data.test_images), channels, 2 * height, 2 * width)


def _again(run: Path, made: dict[str, Any]) -> str:
    return f"delete {run} and run `{command(made['data']['name'], made['method'])}`"


def _check(run: Path, made: dict[str, Any]) -> None:
    """Whether the folder holds the set that was asked for, with the array that its record describes."""
    record, path = read_json(run / runs.RECORD), run / IMAGES
    other = [f"{key} = {record.get(key)!r}, not {value!r}" for key, value in made.items() if record.get(key) != value]
    if other:
        raise UserError(f"{run}: holds an enlarged set with {'; '.join(other)}: choose another folder, or delete it")
    if not path.exists() or sha256(path) != record["sha256"]:
        raise UserError(f"{path}: not the array that its record describes; {_again(run, made)}")


def _enlarge(data: LabelledSet, method: str, bf16: bool, part: Path, progress: bool) -> float | None:
    """Bring the array to its end; images a second of what was left to do."""
    # One network for all images: its file may be replaced while this goes on.
    doubling = "bicubic" if method == "bicubic" else upscalers.load(method).to(hardware.device())
    images, shape = torch.cat([data.train_images, data.test_images]), _shape(data)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
    first, each = len(header.getvalue()), int(np.prod(shape[1:]))
    with naming(part), part.open("r+b" if part.exists() else "w+b") as file:
        done = max(file.seek(0, os.SEEK_END) - first, 0) // each
        done = done if done == len(images) else done // CHUNK * CHUNK
        file.truncate(first + done * each if done else 0)
        file.seek(0, os.SEEK_END)
        if not done:
            file.write(header.getvalue())
        start = time.monotonic()
        with tqdm(total=len(images), initial=done, desc=part.parent.name, unit="image", disable=not progress) as bar:
            for place in range(done, len(images), CHUNK):
                chunk = enlarge(doubling, images[place : place + CHUNK], bf16=bf16)
                file.write(chunk.numpy().tobytes())
                file.flush()
                os.fsync(file.fileno())
                bar.update(len(chunk))
    return round((len(images) - done) / (time.monotonic() - start), 1) if done < len(images) else None
