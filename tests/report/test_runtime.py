"""ONNX Runtime Web: the lock file names one package by address and digest, and no other is unpacked."""

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
    """A small package that the lock file names, not yet in the cache."""
    packed(tmp_path / "onnxruntime-web-1.2.3.tgz")
    digest = runtime._integrity(tmp_path / "onnxruntime-web-1.2.3.tgz")
    locked = runtime.Locked("1.2.3", (tmp_path / "onnxruntime-web-1.2.3.tgz").as_uri(), digest)
    monkeypatch.setattr(runtime, "locked", lambda: locked)
    monkeypatch.setattr(runtime.shutil, "which", lambda _: None)
    return locked


def test_the_lock_file_names_public_addresses_and_digests_and_the_version_that_is_asked_for():
    lock = read_json(str(HERE / "package-lock.json"))["packages"]
    for name, entry in lock.items():
        if name:
            assert re.fullmatch(rf"https://registry\.npmjs\.org/{name[13:]}/-/[\w.-]+\.tgz", entry["resolved"])
            assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", entry["integrity"])
    assert lock[""]["dependencies"] == read_json(str(HERE / "package.json"))["dependencies"]
    assert lock[""]["dependencies"] == {runtime.PACKAGE: runtime.locked().version}


def test_what_a_page_needs_is_unpacked_and_the_package_is_fetched_once(package, tmp_path):
    runtime.unpack(tmp_path / "cache", tmp_path / "page")
    assert {path.name: path.read_text() for path in (tmp_path / "page").iterdir()} == {
        name: name for name in runtime.WANTED
    }
    (tmp_path / "onnxruntime-web-1.2.3.tgz").unlink()
    runtime.unpack(tmp_path / "cache", tmp_path / "again")
    assert len(list((tmp_path / "again").iterdir())) == len(runtime.WANTED)


def test_a_package_of_another_digest_is_removed(package, tmp_path, monkeypatch):
    monkeypatch.setattr(runtime, "locked", lambda: package._replace(integrity="sha512-AA=="))
    with pytest.raises(UserError, match=r"tgz: not the package that package-lock.json names; it was removed"):
        runtime.unpack(tmp_path / "cache", tmp_path / "page")
    assert list((tmp_path / "cache").iterdir()) == []
    assert not (tmp_path / "page").exists()


def test_npm_fetches_it_where_there_is_one(package, tmp_path, monkeypatch):
    called = []

    def run(command, **_):
        called.append(command)
        packed(f"{command[-1].partition('=')[2]}/onnxruntime-web-1.2.3.tgz")

    monkeypatch.setattr(runtime.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(runtime.subprocess, "run", run)
    monkeypatch.setattr(runtime, "locked", lambda: package._replace(resolved="https://never.asked"))
    runtime.unpack(tmp_path / "cache", tmp_path / "page")
    assert len(list((tmp_path / "page").iterdir())) == len(runtime.WANTED)
    assert called[0][:3] == ["/bin/npm", "pack", "onnxruntime-web@1.2.3"]


@pytest.mark.parametrize("error", [subprocess.CalledProcessError(1, "npm"), subprocess.TimeoutExpired("npm", 1)])
def test_a_registry_out_of_reach_is_one_line_and_leaves_nothing(package, tmp_path, monkeypatch, error):
    def run(*_, **__):
        raise error

    monkeypatch.setattr(runtime.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(runtime.subprocess, "run", run)
    with pytest.raises(
        UserError, match=r"npm could not fetch onnxruntime-web 1.2.3 from the registry; try again later"
    ):
        runtime.unpack(tmp_path / "cache", tmp_path / "page")
    assert list((tmp_path / "cache").iterdir()) == []
