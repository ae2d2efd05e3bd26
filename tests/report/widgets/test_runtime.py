"""ONNX Runtime Web: the lock file names one package by its digest, and no other is unpacked."""

import gzip
import io
import re
import subprocess
import tarfile

import pytest

from hfsr import UserError
from hfsr.files import read_json
from hfsr.report.widgets import runtime

HERE = runtime.files("hfsr.report.widgets")


def packed(path):
    """A package as npm packs one, with a little text in place of each file."""
    with gzip.GzipFile(path, "wb", mtime=0) as file, tarfile.open(fileobj=file, mode="w") as archive:
        for name in (*runtime.WANTED, "unused.js"):
            entry = tarfile.TarInfo(f"package/dist/{name}")
            entry.size = len(name)
            archive.addfile(entry, io.BytesIO(name.encode()))


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A small package that the lock file names and npm packs; the commands that npm was called with."""
    packed(tmp_path / "onnxruntime-web-1.2.3.tgz")
    monkeypatch.setattr(
        runtime, "locked", lambda: runtime.Locked("1.2.3", runtime._integrity(tmp_path / "onnxruntime-web-1.2.3.tgz"))
    )
    called = []

    def run(command, **_):
        called.append(command)
        packed(f"{command[-1].partition('=')[2]}/onnxruntime-web-1.2.3.tgz")

    monkeypatch.setattr(runtime.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(runtime.subprocess, "run", run)
    return called


def test_the_lock_file_holds_digests_no_addresses_and_the_version_that_is_asked_for():
    lock = read_json(str(HERE / "package-lock.json"))["packages"]
    for name, entry in lock.items():
        if name:
            assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", entry["integrity"])
            assert "resolved" not in entry  # a registry's address is the machine's, in npm's own settings
    assert lock[""]["dependencies"] == read_json(str(HERE / "package.json"))["dependencies"]
    assert lock[""]["dependencies"] == {runtime.PACKAGE: runtime.locked().version}


def test_what_a_page_needs_is_unpacked_and_the_package_is_fetched_once(package, tmp_path):
    for folder in ("page", "again"):
        runtime.unpack(tmp_path / "cache", tmp_path / folder)
        unpacked = {path.name: path.read_text() for path in (tmp_path / folder).iterdir()}
        assert unpacked == {name: name for name in runtime.WANTED}
    (command,) = package
    assert command[:3] == ["/bin/npm", "pack", "onnxruntime-web@1.2.3"]


def test_a_package_of_another_digest_is_removed(package, tmp_path, monkeypatch):
    monkeypatch.setattr(runtime, "locked", lambda: runtime.Locked("1.2.3", "sha512-AA=="))
    with pytest.raises(UserError, match=r"tgz: not the package that package-lock.json names; it was removed"):
        runtime.unpack(tmp_path / "cache", tmp_path / "page")
    assert list((tmp_path / "cache").iterdir()) == []
    assert not (tmp_path / "page").exists()


def test_a_machine_without_npm_is_told_so_in_a_line(package, tmp_path, monkeypatch):
    monkeypatch.setattr(runtime.shutil, "which", lambda _: None)
    with pytest.raises(UserError, match=r"^npm is not on the PATH, .*: install Node.js with it$"):
        runtime.unpack(tmp_path / "cache", tmp_path / "page")
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("error", [subprocess.CalledProcessError(1, "npm"), subprocess.TimeoutExpired("npm", 1)])
def test_a_registry_out_of_reach_is_one_line_and_leaves_nothing(package, tmp_path, monkeypatch, error):
    def run(*_, **__):
        raise error

    monkeypatch.setattr(runtime.subprocess, "run", run)
    with pytest.raises(
        UserError, match=r"npm could not fetch onnxruntime-web 1.2.3 from the registry; try again later"
    ):
        runtime.unpack(tmp_path / "cache", tmp_path / "page")
    assert list((tmp_path / "cache").iterdir()) == []
