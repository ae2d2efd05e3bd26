import dataclasses
import io
import tarfile
import urllib.error
import urllib.request
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from hfsr import images
from hfsr.data import archives, checksums, sources
from hfsr.data.fetch import fetch
from hfsr.errors import UserError

# A ZIP archive that holds note.txt, "lossless", under the password McM_CDM: the standard library cannot write one.
PROTECTED = (
    "504b03041400010000000000210022f8ae5e1400000008000000080000006e6f74652e747874bba5640226b98a7fd25d751c"
    "137bb4062d157d38504b010214001400010000000000210022f8ae5e14000000080000000800000000000000000000000000"
    "000000006e6f74652e747874504b05060000000001000100360000003a0000000000"
)


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("HFSR_DATA", str(tmp_path / "first"))
    monkeypatch.setattr(archives, "PAUSE", 0)
    return tmp_path / "first"


@pytest.fixture
def wanted(folder, monkeypatch):
    """The set `set5` is the three small pictures, under names of its own."""
    sums = {f"p{path.stem}": checksums.of(images.read(path)) for path in sorted(folder.iterdir())}
    monkeypatch.setattr(checksums, "known", lambda: {"set5": sums, "realsr-gt": {}})
    return sums


@pytest.fixture
def offer(tmp_path, monkeypatch):
    """Let a folder stand for the web sites."""

    def put(**files: bytes) -> None:
        site = tmp_path / "site"
        site.mkdir(exist_ok=True)
        for name, content in files.items():
            (site / name).write_bytes(content)
        addresses = tuple((site / name).as_uri() for name in files)
        monkeypatch.setitem(sources.SOURCES, "set5", dataclasses.replace(sources.SOURCES["set5"], addresses=addresses))

    return put


def zipped(folder: Path) -> bytes:
    """An archive of pictures, among others, in folders and under names of its own."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("sets/readme.png", b"no picture at all")
        for path in sorted(folder.iterdir()):
            archive.write(path, f"sets/deep/img_{path.stem}_HR.PNG")
    return target.getvalue()


def test_pictures_are_found_by_their_pixels_and_get_the_names_of_the_set(root, folder, wanted, offer):
    offer(a=zipped(folder))
    assert fetch("set5") == root
    assert sorted(path.name for path in root.iterdir()) == ["set5"]
    assert sorted(path.name for path in (root / "set5").iterdir()) == ["p0.png", "p1.png", "p2.png"]
    assert checksums.problems("set5") == []
    offer(a=b"")  # what is here is not fetched again
    assert fetch("set5") == root


def test_a_picture_that_a_set_has_under_two_names_gets_both(root, folder, wanted, offer):
    wanted["twin"] = wanted["p1"]
    offer(a=zipped(folder))
    fetch("set5")
    assert (
        (root / "set5/twin.png").read_bytes() == (root / "set5/p1.png").read_bytes() == (folder / "1.png").read_bytes()
    )


def test_a_set_may_come_from_several_addresses_archives_or_not(root, folder, wanted, offer):
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        archive.add(folder / "2.png", "BSR/2.png")
    files = {"0.png": (folder / "0.png").read_bytes(), "1.png": (folder / "1.png").read_bytes()}
    offer(**files, **{"rest.tgz": target.getvalue()})
    fetch("set5")
    assert checksums.problems("set5") == []


def test_a_picture_of_other_pixels_stops_it_and_nothing_stays(root, folder, wanted, offer):
    other = images.read(folder / "1.png")
    other[0, 0, 0] ^= 1
    copies = {path.name: path.read_bytes() for path in folder.iterdir()}
    images.write(folder.parent / "other.png", other)
    offer(**copies | {"1.png": (folder.parent / "other.png").read_bytes()})
    with pytest.raises(
        UserError, match=r"1 of the 3 pictures used here are not there \(pixel for pixel\), the first is p1"
    ):
        fetch("set5")
    assert list(root.iterdir()) == []


def test_a_set_that_is_here_and_differs_is_left_alone(root, folder, wanted, offer):
    offer(a=zipped(folder))
    fetch("set5")
    (root / "set5/p1.png").unlink()
    with pytest.raises(
        UserError, match="set5: p1 is missing; move the folder away and run `hfsr data fetch set5` again"
    ):
        fetch("set5")
    assert (root / "set5/p0.png").exists()


def test_a_set_without_an_address_says_where_its_pictures_go(root, wanted):
    with pytest.raises(
        UserError, match=r"no stable address is known .*; put the pictures into .*realsr-gt, then `hfsr data"
    ):
        fetch("realsr-gt")


def test_a_site_that_is_silent_or_refuses_is_one_line(root, wanted, offer, monkeypatch):
    tries = []

    def broken(request, timeout):
        tries.append(request.full_url)
        raise urllib.error.URLError("no route")

    offer(a=b"")
    monkeypatch.setattr(urllib.request, "urlopen", broken)
    with pytest.raises(UserError, match=r"/a: cannot be fetched \(no route\); try again later"):
        fetch("set5")
    assert len(tries) == archives.TRIES
    assert list(root.iterdir()) == []

    def refused(request, timeout):
        raise urllib.error.HTTPError(request.full_url, 404, "Not Found", Message(), None)

    monkeypatch.setattr(urllib.request, "urlopen", refused)
    with pytest.raises(UserError, match="/a: the site answers 404 Not Found; try again later"):
        fetch("set5")


def test_every_address_names_a_file_of_its_own():
    for source in sources.SOURCES.values():
        assert len({address.rpartition("/")[2] for address in source.addresses}) == len(source.addresses)
        assert all(address.startswith(("https://", "http://")) for address in source.addresses)


def test_a_protected_archive_opens_with_its_published_password(tmp_path):
    (tmp_path / "set.zip").write_bytes(bytes.fromhex(PROTECTED))
    archives.unpack(tmp_path / "set.zip", tmp_path / "out", "McM_CDM")
    assert (tmp_path / "out/note.txt").read_text() == "lossless"
    with pytest.raises(UserError, match="Bad password"):
        archives.unpack(tmp_path / "set.zip", tmp_path / "out", "another")


def test_a_sets_own_password_opens_its_archive(root, wanted, offer, monkeypatch):
    offer(a=bytes.fromhex(PROTECTED))
    source = dataclasses.replace(sources.SOURCES["set5"], password="McM_CDM")
    monkeypatch.setitem(sources.SOURCES, "set5", source)
    with pytest.raises(UserError, match="3 of the 3 pictures used here are not there"):
        fetch("set5")


def test_a_file_in_the_sets_place_is_named_before_anything_is_fetched(root, folder, wanted, offer):
    offer(a=zipped(folder))
    root.mkdir()
    (root / "set5").touch()
    with pytest.raises(UserError, match="set5: no folder, and in the place of one; move it away"):
        fetch("set5")
