import re
import shutil

import pytest
import torch

from hfsr import images
from hfsr.data import catalogue, checksums, photographs
from hfsr.data.sources import SOURCES
from hfsr.errors import UserError


@pytest.fixture
def root(folder, tmp_path, monkeypatch):
    """A data root with the set `set5`, which is the three small pictures; they are those that the studies used."""
    shutil.copytree(folder, tmp_path / "set5")
    monkeypatch.setenv("HFSR_DATA", str(tmp_path))
    sums = {path.stem: checksums.of(images.read(path)) for path in folder.iterdir()}
    monkeypatch.setattr(checksums, "known", lambda: {"set5": sums, "t91": {"t1": "0" * 64}})
    return tmp_path


def test_every_picture_of_every_set_has_a_checksum_and_every_set_a_source():
    known = checksums.known()
    assert set(known) == set(SOURCES) == set(photographs.FOLDERS)
    for name, sums in known.items():
        assert len(sums) == catalogue.SETS[name][0]
        assert len(set(sums.values())) == len(sums) - (name == "t91")  # which has one picture twice
        assert all(re.fullmatch("[0-9a-f]{64}", checksum) for checksum in sums.values())


@pytest.mark.parametrize("name", photographs.FOLDERS)
def test_a_picture_of_each_set_here_is_the_one_that_the_studies_used(name, shared_data):
    shared_data(name)
    first = photographs.files(name)[0]
    assert checksums.of(images.read(first)) == checksums.known()[name][first.stem]


def test_the_whole_of_the_smallest_set_here(shared_data):
    shared_data("set5")
    assert checksums.problems("set5") == []


def test_a_lossless_copy_in_another_format_is_the_same_picture(root):
    assert checksums.problems("set5") == []
    images.write(root / "set5/1.webp", images.read(root / "set5/1.png"))
    (root / "set5/1.png").unlink()
    assert checksums.problems("set5") == []


def test_a_picture_that_is_there_twice_is_named(root):
    images.write(root / "set5/1.bmp", images.read(root / "set5/0.png"))
    assert checksums.problems("set5") == ["1.png is there beside 1.bmp", "1.bmp has other pixels"]


def test_a_damaged_picture_is_named_beside_the_others(root):
    damaged = root / "set5/1.png"
    damaged.write_bytes(damaged.read_bytes()[:200])
    (root / "set5/2.png").unlink()
    assert checksums.problems("set5") == ["2 is missing", "1.png cannot be read"]


def test_what_differs_is_named(root):
    picture = images.read(root / "set5/0.png")
    picture[0, 0, 0] ^= 1
    images.write(root / "set5/0.png", picture)
    (root / "set5/1.png").rename(root / "set5/one.png")
    expected = ["1 is missing", "one.png does not belong to the set", "0.png has other pixels"]
    assert checksums.problems("set5") == expected
    assert checksums.here() == ["set5"]


def test_parts_are_compared_with_their_own_pictures_only(tmp_path, monkeypatch):
    monkeypatch.setenv("HFSR_DATA", str(tmp_path))
    names = [*photographs.REALSR_HELD_OUT, "cam1_01"]
    pictures = {name: torch.full((3, 4, 4), place, dtype=torch.uint8) for place, name in enumerate(names)}
    monkeypatch.setattr(
        checksums, "known", lambda: {"realsr-gt": {name: checksums.of(each) for name, each in pictures.items()}}
    )
    for name, each in pictures.items():
        images.write(tmp_path / f"realsr-gt/{name}.png", each)
    assert checksums.problems("realsr-train") == checksums.problems("realsr-held-out") == []
    (tmp_path / "realsr-gt/cam1_02.png").unlink()
    assert checksums.problems("realsr-train") == []
    assert checksums.problems("realsr-held-out") == ["cam1_02 is missing"]


def test_a_set_without_checksums_lists_those_that_have_some(root):
    with pytest.raises(UserError, match="'urban100' are known: choose one of set5, t91"):
        checksums.problems("urban100")


def test_grey_and_colour_are_told_apart():
    grey = torch.zeros(1, 6, 4, dtype=torch.uint8)
    assert len({checksums.of(each) for each in (grey, grey.mT, grey.expand(3, -1, -1))}) == 3
