import dataclasses
import hashlib

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from hfsr.data import cifar, labelled
from hfsr.data.labelled import load
from hfsr.errors import UserError

COUNTS = {"a.bin": 3, "b.bin": 2, "test.bin": 4}  # records of the tiny sets


def records(name: str) -> dict[str, np.ndarray]:
    """Random records in the layout of "cifar10" or "cifar100" of four classes, whose coarse labels differ from the fine."""
    random = np.random.default_rng(0)
    layout = cifar.LAYOUTS[name]
    made = {}
    for file, count in COUNTS.items():
        made[file] = random.integers(0, 256, (count, layout.label_bytes + 3072), dtype=np.uint8)
        made[file][:, 0] = 200  # CIFAR-100's coarse label, that is not read
        made[file][:, layout.label_bytes - 1] = random.integers(0, 4, count)
    return made


@pytest.fixture(params=["cifar10", "cifar100"])
def tiny(request, tmp_path, monkeypatch):
    """Name, folder and records of a set of nine images below the only data root."""
    monkeypatch.setenv("HFSR_DATA", str(tmp_path))
    name, made = request.param, records(request.param)
    layout = cifar.LAYOUTS[name]
    folder = tmp_path / layout.folder
    folder.mkdir()
    for file, content in made.items():
        (folder / file).write_bytes(content.tobytes())
    (folder / layout.names).write_text("apple\nbeaver\nlawn_mower\nzebra\n\n")
    accept(monkeypatch, name, made)
    return name, folder, made


def accept(monkeypatch, name: str, made: dict[str, np.ndarray]) -> None:
    """Let `made` be the official files."""
    files = {file: (len(made[file]), hashlib.md5(made[file].tobytes()).hexdigest()) for file in COUNTS}
    test = {"test.bin": files.pop("test.bin")}
    layout = dataclasses.replace(cifar.LAYOUTS[name], classes=4, train=files, test=test)
    monkeypatch.setitem(cifar.LAYOUTS, name, layout)


def one_line(name: str) -> str:
    with pytest.raises(UserError) as error:
        load(name)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_digits_are_scikit_learns_with_every_class_in_both_parts():
    digits, source = load("digits"), load_digits()
    assert digits.classes == tuple("0123456789")
    assert torch.bincount(digits.test_labels).tolist() == [36] * 10
    for images, labels, count in (
        (digits.train_images, digits.train_labels, 1437),
        (digits.test_images, digits.test_labels, 360),
    ):
        assert images.shape == (count, 3, 8, 8)
        assert (images.dtype, labels.dtype, labels.shape) == (torch.uint8, torch.int64, (count,))
        assert torch.equal(images[:, 0], images[:, 1])
        assert torch.equal(images[:, 0], images[:, 2])
    loaded = [
        (int(label), image.numpy().tobytes())
        for images, labels in ((digits.train_images, digits.train_labels), (digits.test_images, digits.test_labels))
        for image, label in zip(images[:, 0], labels, strict=True)
    ]
    grey = np.floor(source.images * 255 / 16 + 0.5).astype(np.uint8)
    expected = [(int(label), image.tobytes()) for image, label in zip(grey, source.target, strict=True)]
    assert sorted(loaded) == sorted(expected)
    assert (digits.train_images.min(), digits.train_images.max()) == (0, 255)


def test_no_digit_is_in_both_parts():
    digits = load("digits")
    train, test = ({image.numpy().tobytes() for image in part} for part in (digits.train_images, digits.test_images))
    assert not train & test


def test_the_digest_of_the_digits():
    """It stands in the published records."""
    assert load("digits").digest == "941eb25966a4fb80781999703b2a628231dfda6760b09efe8c3ecf5e0afc7164"


def test_cifar_is_read_record_by_record(tiny):
    name, _, made = tiny
    loaded = load(name)
    assert loaded.name == name
    assert loaded.classes == ("apple", "beaver", "lawn_mower", "zebra")
    parts = (
        (loaded.train_images, loaded.train_labels, [*made["a.bin"], *made["b.bin"]]),
        (loaded.test_images, loaded.test_labels, [*made["test.bin"]]),
    )
    for images, labels, expected in parts:
        assert images.shape == (len(expected), 3, 32, 32)
        assert (images.dtype, labels.dtype) == (torch.uint8, torch.int64)
        for image, label, record in zip(images, labels, expected, strict=True):
            *_, fine = record[:-3072]
            red, green, blue = record[-3072:].reshape(3, 32, 32)
            assert label == fine
            assert np.array_equal(image.numpy(), np.stack([red, green, blue]))


def test_the_digest_changes_with_a_pixel_and_with_a_label(tiny, monkeypatch):
    name, folder, made = tiny
    digests = {load(name).digest, load(name).digest}
    for place in (-1, cifar.LAYOUTS[name].label_bytes - 1):
        made["b.bin"][0, place] ^= 1
        (folder / "b.bin").write_bytes(made["b.bin"].tobytes())
        accept(monkeypatch, name, made)
        digests.add(load(name).digest)
    assert len(digests) == 3


def test_a_missing_set_names_the_command(tmp_path, monkeypatch):
    monkeypatch.setenv("HFSR_DATA", str(tmp_path))
    message = f"cifar-100-binary: not in {tmp_path}; run `hfsr data fetch cifar100`, or set HFSR_DATA to where it lies"
    assert one_line("cifar100") == message


def test_a_file_in_place_of_the_folder_is_a_missing_set(tmp_path, monkeypatch):
    monkeypatch.setenv("HFSR_DATA", str(tmp_path))
    (tmp_path / "cifar-100-binary").write_text("")
    assert "not in" in one_line("cifar100")


def way_out(name: str, folder) -> str:
    return f"; move {folder.name} away and run `hfsr data fetch {name}`"


@pytest.mark.parametrize("file", ["a.bin", "test.bin"])
def test_a_missing_file_is_named(tiny, file):
    name, folder, _ = tiny
    (folder / file).unlink()
    message = one_line(name)
    assert message.startswith(f"{folder / file}: ")
    assert message.endswith(way_out(name, folder))


@pytest.mark.parametrize(
    "change", [lambda raw: raw[:-1], lambda raw: raw + b"x", lambda raw: b""], ids=["-1", "+1", "0"]
)
def test_a_file_of_the_wrong_length_is_named(tiny, change):
    name, folder, _ = tiny
    path = folder / "b.bin"
    official = path.read_bytes()
    path.write_bytes(change(official))
    size = len(path.read_bytes())
    expected = f"{path}: {size} bytes where the official file has {len(official)}{way_out(name, folder)}"
    assert one_line(name) == expected


def test_an_altered_file_is_named(tiny):
    name, folder, made = tiny
    made["b.bin"][1, -1] ^= 1
    (folder / "b.bin").write_bytes(made["b.bin"].tobytes())
    assert one_line(name) == f"{folder / 'b.bin'}: not the official file, its MD5 differs{way_out(name, folder)}"


def test_a_label_out_of_range_is_named(tiny, monkeypatch):
    name, folder, made = tiny
    made["a.bin"][1, cifar.LAYOUTS[name].label_bytes - 1] = 4
    (folder / "a.bin").write_bytes(made["a.bin"].tobytes())
    accept(monkeypatch, name, made)
    assert one_line(name) == f"{folder / 'a.bin'}: label 4, but there are 4 classes{way_out(name, folder)}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "not readable"),
        (b"", "0 names for 4 classes"),
        (b"a\nb\nc\n", "3 names for 4 classes"),
        (b"\xff", "not readable"),
    ],
)
def test_missing_class_names_are_named(tiny, content, message):
    name, folder, _ = tiny
    path = folder / cifar.LAYOUTS[name].names
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    found = one_line(name)
    assert found.startswith(f"{path}: {message}")
    assert found.endswith(way_out(name, folder))


def test_another_name_lists_those_there_are():
    assert labelled.NAMES == ("digits", "cifar10", "cifar100")
    assert one_line("imagenet") == "no labelled set is called 'imagenet': choose one of digits, cifar10, cifar100"


def test_the_official_layouts_hold_what_the_official_page_says():
    for name, classes in (("cifar10", 10), ("cifar100", 100)):
        layout = cifar.LAYOUTS[name]
        assert layout.classes == classes
        assert sum(count for count, _ in layout.train.values()) == 50_000
        assert sum(count for count, _ in layout.test.values()) == 10_000


def test_the_official_cifar_100(shared_data):
    """Its page: 500 training and 100 test images a class, 100 fine classes in alphabetical order."""
    shared_data("cifar-100-binary")
    loaded = load("cifar100")
    assert (loaded.train_images.shape, loaded.test_images.shape) == ((50_000, 3, 32, 32), (10_000, 3, 32, 32))
    assert torch.bincount(loaded.train_labels).tolist() == [500] * 100
    assert torch.bincount(loaded.test_labels).tolist() == [100] * 100
    assert (loaded.classes[0], loaded.classes[99]) == ("apple", "worm")
    assert list(loaded.classes) == sorted(loaded.classes)


def test_the_official_cifar_10(shared_data):
    """Its page: 5,000 training and 1,000 test images a class, each class named."""
    shared_data("cifar-10-batches-bin")
    loaded = load("cifar10")
    names = "airplane automobile bird cat deer dog frog horse ship truck"
    assert loaded.classes == tuple(names.split())
    assert torch.bincount(loaded.train_labels).tolist() == [5_000] * 10
    assert torch.bincount(loaded.test_labels).tolist() == [1_000] * 10
