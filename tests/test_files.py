import hashlib
import json
import math
import os
import sys

import pytest
import torch
from safetensors.torch import save_file

from hfsr.errors import UserError
from hfsr.files import atomic, exclusive, read_json, sha256, write_json


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "new" / "folder" / "note.txt"
    with atomic(path) as part:
        assert part.parent == path.parent
        assert part.suffix == ".txt"
        part.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert names(path.parent) == ["note.txt"]


@pytest.mark.parametrize("folder", [".", "/", ""])
def test_a_folder_is_no_file(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="cannot be written"), atomic(folder) as part:
        part.write_text("lost")
    assert names(tmp_path) == []


def test_a_name_of_bytes_that_are_no_text_comes_back(tmp_path):
    name = os.fsdecode(b"caf\xe9 \xc3\xa9")
    write_json(tmp_path / "one.json", {"name": name})
    assert read_json(tmp_path / "one.json") == {"name": name}
    assert "caf\\udce9 é" in (tmp_path / "one.json").read_text(encoding="utf-8")


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("old")
    with atomic(str(path)) as part:
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_after_an_error_nothing_is_left_and_nothing_lost(error, tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("old")

    def write_half():
        with atomic(path) as part:
            part.write_text("half")
            raise error

    with pytest.raises(error):
        write_half()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["note.txt"]


def test_an_error_before_anything_was_written(tmp_path):
    with pytest.raises(RuntimeError), atomic(tmp_path / "note.txt"):
        raise RuntimeError
    assert names(tmp_path) == []


def test_a_block_that_writes_nothing_is_an_error(tmp_path):
    with pytest.raises(UserError, match=r"note\.txt: cannot be written \(No such file"), atomic(tmp_path / "note.txt"):
        pass
    assert names(tmp_path) == []


def test_two_writers_do_not_share_a_part(tmp_path):
    path = tmp_path / "note.txt"
    with atomic(path) as one, atomic(path) as other:
        assert one != other
        one.write_text("one")
        other.write_text("other")
    assert path.read_text() == "one"  # the outer block ends last
    assert names(tmp_path) == ["note.txt"]


@pytest.mark.parametrize("name", ["a" * 251 + ".txt", "é" * 125 + ".json"])
def test_the_longest_names_that_a_disk_takes_are_written(name, tmp_path):
    with atomic(tmp_path / name) as part:
        part.write_text("whole")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_json_reads_back(tmp_path):
    content = {"alpha": 0.2, "mask": None, "names": ["Würfel", "1/5"], "steps": 3, "tiny": 1e-300}
    write_json(tmp_path / "a" / "record.json", content)
    assert read_json(tmp_path / "a" / "record.json") == content
    assert read_json(str(tmp_path / "a" / "record.json")) == content
    text = (tmp_path / "a" / "record.json").read_bytes().decode("utf-8")
    assert "Würfel" in text
    assert text.endswith("}\n")


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_json_has_no_nan(bad, tmp_path):
    write_json(tmp_path / "record.json", {"psnr": 30})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "record.json", {"psnr": bad})
    assert read_json(tmp_path / "record.json") == {"psnr": 30}
    assert names(tmp_path) == ["record.json"]


@pytest.mark.parametrize("content", [b"", b'{"psnr": 3', b"\xff\xfe{}", b"{'psnr': 3}"])
def test_broken_json_names_its_file(content, tmp_path):
    path = tmp_path / "record.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"record\.json: no JSON .*restore it or delete it") as raised:
        read_json(path)
    assert "\n" not in str(raised.value)


def test_missing_json_names_its_file(tmp_path):
    with pytest.raises(UserError, match=r"nothing\.json: no such file"):
        read_json(tmp_path / "nothing.json")


def test_a_folder_is_not_json(tmp_path):
    with pytest.raises(UserError, match="no JSON"):
        read_json(tmp_path)


def test_digests(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2's example
    assert sha256(tmp_path / "abc") == known
    content = bytes(range(256)) * 9000  # more than one buffer
    (tmp_path / "long").write_bytes(content)
    assert sha256(str(tmp_path / "long")) == hashlib.sha256(content).hexdigest()


def test_what_json_cannot_hold_is_an_error(tmp_path):
    with pytest.raises(TypeError):
        write_json(tmp_path / "record.json", {"path": tmp_path})
    assert names(tmp_path) == []


def test_json_is_written_for_people(tmp_path):
    write_json(tmp_path / "record.json", {"a": 1, "b": 2})
    assert (tmp_path / "record.json").read_text().splitlines() == ["{", ' "a": 1,', ' "b": 2', "}"]
    assert json.loads((tmp_path / "record.json").read_text()) == {"a": 1, "b": 2}


def test_a_folder_is_one_process_s_until_the_block_ends(tmp_path):
    def taken_twice():
        with exclusive(tmp_path / "run"), exclusive(tmp_path / "run"):
            pass

    with pytest.raises(UserError, match="run: another process is at work in it"):
        taken_twice()
    with exclusive(tmp_path / "run"):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(UserError, match=r"file/run: cannot be written \(.*\); choose another place"),
        exclusive(tmp_path / "file" / "run"),
    ):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="there rights are not of this kind")
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_file_gets_the_rights_of_new_files_whoever_writes_it(tmp_path, mask):
    before = os.umask(mask)
    try:
        with atomic(tmp_path / "a.safetensors") as part:
            save_file({"a": torch.zeros(1)}, part)
    finally:
        os.umask(before)
    assert (tmp_path / "a.safetensors").stat().st_mode & 0o777 == 0o666 & ~mask
