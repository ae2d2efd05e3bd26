"""CIFAR-10 and CIFAR-100 in their official binary versions: fixed-length records, no pickle (Section IV.C).

Where a data root has only the Python version, as most people do, that is read (`hfsr.data.cifar_python`).

A record is one label byte (CIFAR-10) or two (CIFAR-100: coarse, then fine; the fine one is used), then 32x32 red, green and
blue values.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from hfsr import paths
from hfsr.data import roots
from hfsr.errors import UserError

SIDE = 32
PIXELS = 3 * SIDE * SIDE


@dataclass(frozen=True)
class Layout:
    """What an official folder holds.

    Parameters
    ----------
    folder : str
    python : str
        Folder of the Python version.
    names : str
        File with the names of the classes, one a line.
    classes : int
    label_bytes : int
        Before the pixels of each record; the last one is the label.
    train, test : dict of str to (int, str)
        Number of records and MD5 of each official file.

    Examples
    --------
    >>> LAYOUTS["cifar100"].classes, LAYOUTS["cifar100"].label_bytes
    (100, 2)
    """

    folder: str
    python: str
    names: str
    classes: int
    label_bytes: int
    train: dict[str, tuple[int, str]]
    test: dict[str, tuple[int, str]]


LAYOUTS = {
    "cifar10": Layout(
        folder="cifar-10-batches-bin",
        python="cifar-10-batches-py",
        names="batches.meta.txt",
        classes=10,
        label_bytes=1,
        train={
            "data_batch_1.bin": (10_000, "5dd7e06a14cb22eb9f671a540d1b7c25"),
            "data_batch_2.bin": (10_000, "5ea93a67294ea407fff1d09f752e9692"),
            "data_batch_3.bin": (10_000, "942cd6a4bcdd0dd3c604fbe906cb4421"),
            "data_batch_4.bin": (10_000, "ae636b3ba5c66a11e91e8cb52e771fcb"),
            "data_batch_5.bin": (10_000, "53f37980c15c3d472c316c40844f3f0d"),
        },
        test={"test_batch.bin": (10_000, "803d5f7f4d78ea53de84dbe85f74fb6d")},
    ),
    "cifar100": Layout(
        folder="cifar-100-binary",
        python="cifar-100-python",
        names="fine_label_names.txt",
        classes=100,
        label_bytes=2,
        train={"train.bin": (50_000, "6172c7755cfe09b2fe270c85cebc1b15")},
        test={"test.bin": (10_000, "4499cfba6c016c1be1438163640a0898")},
    ),
}


def find(name: str) -> Path | None:
    """Folder of the first data root that has a set: its binary version, or else its Python version.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", HFSR_DATA="nowhere"):
    ...     find("cifar10") is None
    True
    """
    return paths.find_data(LAYOUTS[name].folder) or paths.find_data(LAYOUTS[name].python)


def read(name: str) -> tuple[tuple[str, ...], Tensor, Tensor, Tensor, Tensor]:
    """Read "cifar10" or "cifar100" from the first data root that has it.

    Returns
    -------
    classes : tuple of str
    train_images, train_labels, test_images, test_labels : Tensor
        Images uint8 (N, 3, 32, 32), RGB; labels int64 (N,).

    Raises
    ------
    UserError
        If the folder or a file is missing, or a file has the wrong size, the wrong MD5 or a label out of range.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", HFSR_DATA="nowhere"):
    ...     read("cifar10")
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: cifar-10-batches-bin: not in nowhere; run `hfsr data fetch cifar10`, or set HFSR_DATA ...
    """
    layout, found = LAYOUTS[name], find(name)
    if found and found.name == layout.python:
        from hfsr.data import cifar_python  # here and not above: torchvision takes a second

        return cifar_python.read(name, found)
    folder = roots.require(layout.folder, name)
    way_out = f"move {layout.folder} away and run `hfsr data fetch {name}`"
    classes = _class_names(folder / layout.names, layout.classes, way_out)
    splits = []
    for files in (layout.train, layout.test):
        parts = [_records(folder / file, layout, count, md5, way_out) for file, (count, md5) in files.items()]
        records = np.concatenate(parts)
        pixels = np.ascontiguousarray(records[:, layout.label_bytes :])
        splits.append(torch.from_numpy(pixels.reshape(-1, 3, SIDE, SIDE)))
        splits.append(torch.from_numpy(records[:, layout.label_bytes - 1].astype(np.int64)))
    return classes, splits[0], splits[1], splits[2], splits[3]


def record_bytes(layout: Layout) -> int:
    """Length of one record.

    Examples
    --------
    >>> record_bytes(LAYOUTS["cifar10"]), record_bytes(LAYOUTS["cifar100"])
    (3073, 3074)
    """
    return layout.label_bytes + PIXELS


def _records(path: Path, layout: Layout, count: int, md5: str, way_out: str) -> np.ndarray:
    """(count, record) bytes of one official file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: not readable ({error.strerror}); {way_out}") from error
    expected = count * record_bytes(layout)
    if len(content) != expected:
        raise UserError(f"{path}: {len(content)} bytes where the official file has {expected}; {way_out}")
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != md5:
        raise UserError(f"{path}: not the official file, its MD5 differs; {way_out}")
    records = np.frombuffer(content, dtype=np.uint8).reshape(count, -1)
    highest = int(records[:, layout.label_bytes - 1].max())
    if highest >= layout.classes:
        raise UserError(f"{path}: label {highest}, but there are {layout.classes} classes; {way_out}")
    return records


def _class_names(path: Path, classes: int, way_out: str) -> tuple[str, ...]:
    try:
        names = tuple(path.read_text(encoding="ascii").split())
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not readable ({error}); {way_out}") from error
    if len(names) != classes:
        raise UserError(f"{path}: {len(names)} names for {classes} classes; {way_out}")
    return names
