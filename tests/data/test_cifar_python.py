import hashlib
import pickle

import numpy as np
import pytest
import torch

from hfsr.data import catalogue, cifar, cifar_python, labelled
from hfsr.data.torchvision import torchvision
from hfsr.errors import UserError

KINDS = {"cifar10": torchvision.datasets.CIFAR10, "cifar100": torchvision.datasets.CIFAR100}
NAMES = ["apple", "beaver", "lawn_mower", "zebra"]


class Trace:
    """A pickle that runs something when it is loaded: it makes a folder."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (type(self.path).mkdir, (self.path,))


def write(folder, file, content):
    (folder / file).write_bytes(pickle.dumps(content))
    return [file, hashlib.md5((folder / file).read_bytes()).hexdigest()]


@pytest.fixture(params=KINDS)
def python_version(request, tmp_path, monkeypatch):
    """Name, folder, and the rows and labels of a tiny set in the layout of the Python version, below the only data root."""
    monkeypatch.setenv("HFSR_DATA", str(tmp_path))
    name, random = request.param, np.random.default_rng(0)
    folder, kind = tmp_path / cifar.LAYOUTS[name].python, KINDS[name]
    folder.mkdir()
    made = {file: (random.integers(256, size=(n, 3072), dtype=np.uint8), random.integers(4, size=n).tolist())
            for file, n in {"a": 3, "b": 2, "t": 4}.items()}  # fmt: skip
    key = "labels" if name == "cifar10" else "fine_labels"
    files = [write(folder, file, {"data": rows, key: labels}) for file, (rows, labels) in made.items()]
    meta = dict(zip(("filename", "md5"), write(folder, "m", {kind.meta["key"]: NAMES}), strict=True))
    for attribute, value in {"train_list": files[:2], "test_list": files[2:], "meta": kind.meta | meta}.items():
        monkeypatch.setattr(kind, attribute, value)
    return name, folder, made


def test_images_and_labels_are_those_of_the_rows(python_version):
    name, folder, made = python_version
    data = labelled.load(name)
    assert data.classes == tuple(NAMES)
    rows = np.concatenate([made["a"][0], made["b"][0]])
    assert torch.equal(data.train_images, torch.from_numpy(rows.reshape(-1, 3, 32, 32)))
    assert data.train_labels.tolist() == made["a"][1] + made["b"][1]
    assert torch.equal(data.test_images, torch.from_numpy(made["t"][0].reshape(-1, 3, 32, 32)))
    assert data.test_labels.tolist() == made["t"][1]
    assert (data.train_images.dtype, data.train_labels.dtype) == (torch.uint8, torch.int64)
    assert catalogue.describe().set_index("set").loc[name, ["present", "where"]].tolist() == [True, str(folder)]


def test_both_versions_are_one_set(python_version, monkeypatch, tmp_path):
    """The binary version, made of the same rows, goes first and has the same digest."""
    name, _, made = python_version
    read_first = labelled.load(name)
    layout = cifar.LAYOUTS[name]
    binary = tmp_path / layout.folder
    binary.mkdir()
    files = {}
    for file, (rows, labels) in made.items():
        columns = np.array([[200] * (layout.label_bytes - 1) + [label] for label in labels], dtype=np.uint8)
        content = np.concatenate([columns, rows], axis=1).tobytes()
        (binary / file).write_bytes(content)
        files[file] = (len(rows), hashlib.md5(content).hexdigest())
    (binary / layout.names).write_text("\n".join(NAMES))
    test = {"t": files.pop("t")}
    fields = {"train": files, "test": test, "classes": 4}
    monkeypatch.setitem(cifar.LAYOUTS, name, type(layout)(**(vars(layout) | fields)))
    monkeypatch.setattr(cifar_python, "read", None)
    assert labelled.load(name).digest == read_first.digest


@pytest.mark.parametrize("file", ["a", "t", "m"])
def test_an_altered_pickle_is_refused_and_never_loaded(python_version, file, tmp_path):
    name, folder, _ = python_version
    trace = tmp_path / "trace"
    (folder / file).write_bytes(pickle.dumps(Trace(trace)))
    for _ in range(2):  # at every load
        with pytest.raises(UserError, match="a file is missing, or not the official one"):
            labelled.load(name)
    assert not trace.exists()
    pickle.loads((folder / file).read_bytes())  # the trap works
    assert trace.exists()


def test_a_missing_file_is_one_line(python_version):
    name, folder, _ = python_version
    (folder / "b").unlink()
    with pytest.raises(UserError) as error:
        labelled.load(name)
    assert str(error.value).startswith(str(folder))
    assert "\n" not in str(error.value)


def test_the_folders_are_torchvisions_own():
    assert {name: kind.base_folder for name, kind in KINDS.items()} == {
        name: layout.python for name, layout in cifar.LAYOUTS.items()
    }
