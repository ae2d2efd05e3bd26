import dataclasses
import gzip
import hashlib
import io
import re
import tarfile
import threading
import zipfile
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from hfsr.data import archives, cifar, div2k, labelled, photographs, roots
from hfsr.data import fetch as fetching
from hfsr.data.fetch import fetch
from hfsr.errors import TakenError, UserError


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        site, content = self.server, self.server.files.get(self.path)
        asked = self.headers["Range"]
        site.asked.append((self.path.strip("/"), asked))
        if site.garbled:
            self.wfile.write(b"no HTTP at all\r\n\r\n")
            return
        if content is None:
            self.send_error(404)
            return
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and site.resumes else 0
        if start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if site.names_length:
            self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start : site.breaks.pop(0) if site.breaks else None])
        self.wfile.flush()
        site.end_of_silence.wait(10)

    def log_message(self, *_):
        pass


class Site(ThreadingHTTPServer):
    """A web site on this machine that serves `files`, and fails as it is told."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = {}
        self.asked = []  # (file, Range header) of every request
        self.resumes = True
        self.names_length = True
        self.garbled = False
        self.breaks = []  # one a request: the byte after which nothing more comes ...
        self.end_of_silence = threading.Event()  # ... and when the connection is closed then
        self.end_of_silence.set()

    def offer(self, file, content):
        self.files[f"/{file}"] = content
        return f"http://127.0.0.1:{self.server_port}/{file}"


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(archives, "PAUSE", 0)
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.end_of_silence.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def root(tmp_path, monkeypatch):
    """The first data root; it is not there yet."""
    monkeypatch.setenv("HFSR_DATA", str(tmp_path / "first"))
    return tmp_path / "first"


@pytest.fixture
def offer(site, monkeypatch):
    """Let the local site offer archives in place of the official ones."""

    def put(name, *contents):
        table = []
        for archive, content in zip(fetching.ARCHIVES[name], contents, strict=True):
            files = archive.files
            if name == "div2k":  # the numbers may have been changed since the table was made
                files = tuple({**div2k.layout("train"), **div2k.layout("valid")}[archive.folder])
            url = site.offer(PurePosixPath(archive.url).name, content)
            sha256 = hashlib.sha256(content).hexdigest()
            changed = dataclasses.replace(archive, url=url, size=len(content), sha256=sha256, files=files)
            table.append(changed)
        monkeypatch.setitem(fetching.ARCHIVES, name, tuple(table))

    return put


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            if name.endswith("/"):
                entry.type = tarfile.DIRTYPE
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(target.getvalue(), mtime=0)


def noise(size: int) -> bytes:
    return np.random.default_rng(0).bytes(size)


CIFAR10_FILES = [*cifar.LAYOUTS["cifar10"].train, *cifar.LAYOUTS["cifar10"].test, "batches.meta.txt"]
CIFAR10 = tarred(  # 2.1 MB
    {"cifar-10-batches-bin/": b""} | {f"cifar-10-batches-bin/{file}": noise(300_000) for file in CIFAR10_FILES}
)


def everything(folder) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


CIFAR10_FETCHED = sorted(["cifar-10-batches-bin", *(f"cifar-10-batches-bin/{file}" for file in CIFAR10_FILES)])


def test_the_official_archives():
    assert {name: [archive.url for archive in table] for name, table in fetching.ARCHIVES.items()} == {
        "div2k": [
            "https://data.vision.ee.ethz.ch/cvl/DIV2K/DIV2K_train_HR.zip",
            "https://data.vision.ee.ethz.ch/cvl/DIV2K/DIV2K_train_LR_bicubic_X2.zip",
            "https://data.vision.ee.ethz.ch/cvl/DIV2K/DIV2K_valid_HR.zip",
            "https://data.vision.ee.ethz.ch/cvl/DIV2K/DIV2K_valid_LR_bicubic_X2.zip",
        ],
        "cifar10": ["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"],
        "cifar100": ["https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"],
    }
    sums = [archive.sha256 for table in fetching.ARCHIVES.values() for archive in table]
    assert all(re.fullmatch("[0-9a-f]{64}", checksum) for checksum in sums)
    assert len(set(sums)) == 6
    assert [len(archive.files) for archive in fetching.ARCHIVES["div2k"]] == [800, 800, 100, 100]


def test_cifar_is_fetched_and_loads(site, root, offer, monkeypatch):
    records = {f"train{i}.bin": bytes([i]) + noise(3072) for i in range(2)} | {"test.bin": bytes([1]) + noise(3072)}
    layout = dataclasses.replace(
        cifar.LAYOUTS["cifar10"],
        classes=2,
        train={file: (1, hashlib.md5(records[file]).hexdigest()) for file in ("train0.bin", "train1.bin")},
        test={"test.bin": (1, hashlib.md5(records["test.bin"]).hexdigest())},
    )
    monkeypatch.setitem(cifar.LAYOUTS, "cifar10", layout)
    archive = dataclasses.replace(fetching.ARCHIVES["cifar10"][0], files=tuple(records))
    monkeypatch.setitem(fetching.ARCHIVES, "cifar10", (archive,))
    files = records | {"batches.meta.txt": b"cat\ndog\n", "readme.html": b"<p>"}
    offer("cifar10", tarred({f"cifar-10-batches-bin/{file}": content for file, content in files.items()}))

    assert fetch("cifar10") == root
    assert everything(root) == sorted(["cifar-10-batches-bin", *(f"cifar-10-batches-bin/{file}" for file in files)])
    loaded = labelled.load("cifar10")
    assert loaded.classes == ("cat", "dog")
    assert loaded.train_labels.tolist() == [0, 1]
    assert loaded.test_images.numpy().tobytes() == noise(3072)


def test_div2k_is_fetched_in_its_official_layout_and_loads(site, root, offer, monkeypatch):
    monkeypatch.setitem(div2k.NUMBERS, "train", range(1, 3))
    monkeypatch.setitem(div2k.NUMBERS, "valid", range(801, 802))

    def picture(side: int, grey: int) -> bytes:
        target = io.BytesIO()
        Image.new("RGB", (side, side), (grey, grey, grey)).save(target, "png")
        return target.getvalue()

    offer(
        "div2k",
        zipped(
            {"DIV2K_train_HR/": b"", "DIV2K_train_HR/0001.png": picture(8, 1), "DIV2K_train_HR/0002.png": picture(6, 2)}
        ),
        zipped({f"DIV2K_train_LR_bicubic/X2/000{i}x2.png": picture(5 - i, 10 * i) for i in (1, 2)}),
        zipped({"DIV2K_valid_HR/0801.png": picture(4, 3)}),
        zipped({"DIV2K_valid_LR_bicubic/X2/0801x2.png": picture(2, 30)}),
    )
    assert fetch("div2k") == root
    assert [path for path in everything(root) if path.endswith(".png")] == [
        "DIV2K_train_HR/0001.png",
        "DIV2K_train_HR/0002.png",
        "DIV2K_train_LR_bicubic/X2/0001x2.png",
        "DIV2K_train_LR_bicubic/X2/0002x2.png",
        "DIV2K_valid_HR/0801.png",
        "DIV2K_valid_LR_bicubic/X2/0801x2.png",
    ]
    assert not [path for path in everything(root) if "zip" in path or path.startswith(".")]
    loaded = photographs.load("div2k-train")
    assert [int(lr.unique()) for lr in loaded.lr] == [10, 20]
    assert photographs.load("div2k-valid").names == ("0801.png",)


def test_archives_that_are_there_are_not_fetched_again(site, root, offer, monkeypatch):
    """After an error in a later archive, only that one is asked for."""
    monkeypatch.setitem(div2k.NUMBERS, "train", range(1, 2))
    monkeypatch.setitem(div2k.NUMBERS, "valid", range(801, 802))
    names = [
        f"{folder}/{file}" for part in div2k.NUMBERS for folder, files in div2k.layout(part).items() for file in files
    ]
    offer("div2k", *(zipped({name: b"picture"}) for name in names))
    last = "DIV2K_valid_LR_bicubic_X2.zip"
    content = site.files.pop(f"/{last}")
    with pytest.raises(UserError, match="404"):
        fetch("div2k")
    assert len(site.asked) == 4
    site.files[f"/{last}"] = content
    fetch("div2k")
    assert site.asked[4:] == [(last, "bytes=0-")]


def ranges(site):
    return [asked for _, asked in site.asked]


def test_a_broken_connection_is_taken_up_at_once(site, root, offer):
    offer("cifar10", CIFAR10)
    site.breaks = [1_500_000, 1_500_000, 2_000_000]
    assert fetch("cifar10") == root
    assert ranges(site) == ["bytes=0-", "bytes=1500000-", "bytes=1500000-", "bytes=2000000-"]
    assert everything(root) == CIFAR10_FETCHED
    assert (root / "cifar-10-batches-bin/test_batch.bin").read_bytes() == noise(300_000)


def test_a_second_command_goes_on_where_the_first_stopped(site, root, offer):
    offer("cifar10", CIFAR10)
    site.breaks = [1_500_000] * (1 + archives.TRIES)
    message = rf"^http\S+tar.gz: 1,500,000 of {len(CIFAR10):,} bytes came \(.*\); run the command again to go on$"
    with pytest.raises(UserError, match=message):
        fetch("cifar10")
    assert (root / "cifar-10-binary.tar.gz.part").read_bytes() == CIFAR10[:1_500_000]
    site.asked.clear()
    assert fetch("cifar10") == root
    assert ranges(site) == ["bytes=1500000-"]
    assert everything(root) == CIFAR10_FETCHED


def test_a_silent_site_is_given_up_and_what_has_come_stays(site, root, offer, monkeypatch):
    monkeypatch.setattr(archives, "PATIENCE", 1)
    offer("cifar10", CIFAR10)
    site.breaks = [300] * (1 + archives.TRIES)
    site.end_of_silence.clear()
    with pytest.raises(UserError, match=r"300 of .* bytes came \(timed out\); run the command again"):
        fetch("cifar10")
    assert (root / "cifar-10-binary.tar.gz.part").read_bytes() == CIFAR10[:300]


@pytest.mark.parametrize("name", ["cifar10", "set5"])
def test_a_set_that_another_process_fetches_is_left_to_it(site, root, offer, name):
    offer("cifar10", CIFAR10)
    with roots.fetching(name), pytest.raises(TakenError, match=f"{name}-fetching: another process is at work in it"):
        fetch(name)
    assert site.asked == []
    assert everything(root) == []


def test_what_another_process_has_brought_just_now_is_not_fetched_again(site, root, offer, monkeypatch):
    offer("cifar10", CIFAR10)
    take = roots.fetching

    @contextmanager
    def after_another(name):
        monkeypatch.setattr(roots, "fetching", take)
        fetch(name)
        with take(name) as place:
            yield place

    monkeypatch.setattr(roots, "fetching", after_another)
    assert fetch("cifar10") == root
    assert len(site.asked) == 1


def test_a_site_that_cannot_resume_starts_over(site, root, offer):
    offer("cifar10", CIFAR10)
    site.resumes = False
    root.mkdir()
    (root / "cifar-10-binary.tar.gz.part").write_bytes(b"of another download")
    fetch("cifar10")
    assert ranges(site) == ["bytes=19-"]
    assert everything(root) == CIFAR10_FETCHED


def test_a_site_that_cannot_resume_and_always_breaks_is_given_up(site, root, offer):
    offer("cifar10", CIFAR10)
    site.resumes = False
    site.breaks = [1_000_000] * 20
    with pytest.raises(UserError, match="1,000,000 of"):
        fetch("cifar10")
    assert len(site.asked) == 1 + archives.TRIES


def test_a_site_that_names_no_length(site, root, offer):
    offer("cifar10", CIFAR10)
    site.names_length = False
    site.breaks = [1_000_000]
    fetch("cifar10")
    assert ranges(site) == ["bytes=0-", "bytes=1000000-"]
    assert everything(root) == CIFAR10_FETCHED


def test_a_complete_download_is_unpacked_without_another(site, root, offer):
    offer("cifar10", CIFAR10)
    root.mkdir()
    (root / "cifar-10-binary.tar.gz.part").write_bytes(CIFAR10)
    fetch("cifar10")
    assert site.asked == []
    assert everything(root) == CIFAR10_FETCHED


def test_a_wrong_checksum_leaves_nothing_behind(site, root, offer):
    offer("cifar10", CIFAR10)
    site.files["/cifar-10-binary.tar.gz"] = b"x" + CIFAR10[1:]
    with pytest.raises(UserError, match=r"tar\.gz: not the official file, its SHA-256 differs; it was removed"):
        fetch("cifar10")
    assert everything(root) == []
    site.files["/cifar-10-binary.tar.gz"] = CIFAR10
    fetch("cifar10")
    assert ranges(site) == ["bytes=0-", "bytes=0-"]
    assert everything(root) == CIFAR10_FETCHED


@pytest.mark.parametrize("begun", [b"of another download", CIFAR10 + b"x"], ids=["another", "longer"])
def test_a_beginning_of_something_else_is_found_out(site, root, offer, begun):
    offer("cifar10", CIFAR10)
    root.mkdir()
    (root / "cifar-10-binary.tar.gz.part").write_bytes(begun)
    with pytest.raises(UserError, match="SHA-256 differs"):
        fetch("cifar10")
    assert everything(root) == []


@pytest.mark.parametrize("another", [CIFAR10 + b"x", b"<p>Log in to this network first"], ids=["longer", "portal"])
def test_a_file_of_another_size_is_refused_before_what_has_come_is_lost(site, root, offer, another):
    offer("cifar10", CIFAR10)
    site.files["/cifar-10-binary.tar.gz"] = another
    site.resumes = False
    root.mkdir()
    part = root / "cifar-10-binary.tar.gz.part"
    part.write_bytes(CIFAR10[:1000])
    with pytest.raises(UserError, match=rf"the site offers {len(another):,} bytes where .* has {len(CIFAR10):,}"):
        fetch("cifar10")
    assert part.read_bytes() == CIFAR10[:1000]


def test_a_missing_archive_names_the_sites_answer(site, root, offer):
    offer("cifar100", CIFAR10)
    site.files.clear()
    with pytest.raises(UserError, match=r"^http\S+cifar-100-binary.tar.gz: the site answers 404 Not Found; .*later$"):
        fetch("cifar100")
    assert everything(root) == []


def test_no_connection_is_one_line(root, offer, site):
    offer("cifar10", CIFAR10)
    site.server_close()
    with pytest.raises(UserError, match=r"^http\S+: 0 of .* bytes came \(.*refused\); run the command again to go on$"):
        fetch("cifar10")


def test_an_answer_that_is_no_http_is_one_line(site, root, offer):
    offer("cifar10", CIFAR10)
    site.garbled = True
    with pytest.raises(UserError, match=r"\(no HTTP at all\s*\); run the command again to go on$"):
        fetch("cifar10")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk as Linux plays it")
def test_a_full_disk_is_no_fault_of_the_site(site, root, offer, monkeypatch):
    offer("cifar10", CIFAR10)
    with pytest.raises(OSError, match="No space left"):
        archives.get(site.offer("one", noise(100_000)), Path("/dev/full"))
    monkeypatch.setattr(archives, "_length", lambda part: 0)
    root.mkdir()
    (root / "cifar-10-binary.tar.gz.part").symlink_to("/dev/full")
    with pytest.raises(UserError, match=r"first: .*No space left on device.*; make room, or name a folder of your own"):
        fetch("cifar10")
    assert ranges(site) == [None, "bytes=0-"]  # each was asked once


def test_a_data_root_that_cannot_be_written_to_is_one_line(site, root, offer):
    offer("cifar10", CIFAR10)
    root.write_text("a file")
    with pytest.raises(UserError, match=r"first: .*; make room, or name a folder of your own first in HFSR_DATA"):
        fetch("cifar10")


def linked(name: str, target: str) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = tarfile.SYMTYPE, target
        archive.addfile(entry)
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        zipped({"../escaped": b"x"}),
        zipped({"cifar-10-batches-bin/../../escaped": b"x"}),
        zipped({"/escaped": b"x"}),
        tarred({"../escaped": b"x"}),
        tarred({"cifar-10-batches-bin/../../escaped": b"x"}),
        linked("cifar-10-batches-bin", "../.."),
        b"no archive",
    ],
    ids=["zip ..", "zip inner ..", "zip /", "tar ..", "tar inner ..", "tar link", "no archive"],
)
def test_an_archive_that_leads_out_of_its_folder_is_refused(site, root, offer, tmp_path, content):
    offer("cifar10", content)
    with pytest.raises(
        UserError, match=r"^cifar-10-binary\.tar\.gz\S*: .*(leads out|neither a file nor a folder|no archive)"
    ):
        fetch("cifar10")
    assert everything(tmp_path) == ["first"]


def damaged(kind: str) -> bytes:
    packed = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
            archive.writestr("a.png", noise(2000))
    else:
        with tarfile.open(fileobj=packed, mode=f"w:{kind}") as archive:
            entry = tarfile.TarInfo("a.png")
            entry.size = 2000
            archive.addfile(entry, io.BytesIO(noise(2000)))
    content = packed.getvalue()
    return content[:300] + noise(500) + content[800:]


def named(*names: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    return packed.getvalue()


@pytest.mark.parametrize(
    "content",
    [CIFAR10[:9000], *map(damaged, ("bz2", "xz", "zip")), named("."), named("a", "a/b"), named("long" * 99)],
    ids=["cut off", "bz2", "xz", "zip", "a folder's name", "a file as a folder", "a long name"],
)
def test_a_damaged_archive_is_one_line(content, tmp_path):
    (tmp_path / "archive").write_bytes(content)
    (tmp_path / "here").mkdir()
    with pytest.raises(UserError, match=r"^archive: damaged or no archive \(.*\); run the command again$"):
        archives.unpack(tmp_path / "archive", tmp_path / "here")


@pytest.mark.parametrize(("said", "promised"), [("12", 12), ("twelve", 7), ("-3", 7), (None, 7)])
def test_a_length_that_is_no_number_is_not_said(said, promised):
    answer = Message()
    if said:
        answer["Content-Length"] = said
    assert archives._promised(SimpleNamespace(headers=answer), 7) == promised


def test_an_archive_without_a_file_of_the_set_is_refused(site, root, offer):
    offer("cifar10", tarred({"cifar-10-batches-bin/data_batch_1.bin": b"x"}))
    with pytest.raises(UserError, match=r"tar.gz: has no cifar-10-batches-bin/data_batch_2.bin"):
        fetch("cifar10")
    assert everything(root) == []


def test_an_interrupted_unpacking_leaves_no_half_folder(site, root, offer, monkeypatch):
    offer("cifar10", CIFAR10)
    whole = archives.unpack

    def full_disk(archive, folder):
        whole(archive, folder)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(archives, "unpack", full_disk)
        with pytest.raises(UserError, match="No space left on device; make room"):
            fetch("cifar10")
    assert everything(root) == ["cifar-10-binary.tar.gz.part"]
    site.asked.clear()
    fetch("cifar10")
    assert site.asked == []
    assert everything(root) == CIFAR10_FETCHED


def test_a_complete_set_in_any_root_is_left_alone(site, root, offer, tmp_path, monkeypatch):
    offer("cifar10", CIFAR10)
    fetch("cifar10")
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    monkeypatch.setenv("HFSR_DATA", f"{tmp_path / 'other'}:{root}")
    assert fetch("cifar10") == root
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
    assert not (tmp_path / "other").exists()
    assert len(site.asked) == 1


def test_a_folder_that_lacks_files_is_named_and_left_alone(site, root, offer):
    offer("cifar10", CIFAR10)
    (root / "cifar-10-batches-bin").mkdir(parents=True)
    (root / "cifar-10-batches-bin" / "data_batch_1.bin").write_bytes(b"mine")
    with pytest.raises(UserError, match=r"cifar-10-batches-bin: lacks data_batch_2.bin; move the folder away and run"):
        fetch("cifar10")
    assert everything(root) == ["cifar-10-batches-bin", "cifar-10-batches-bin/data_batch_1.bin"]
    assert site.asked == []


def test_another_name_lists_those_there_are():
    with pytest.raises(UserError, match="'imagenet': choose one of div2k, cifar10, cifar100, set5, "):
        fetch("imagenet")


def test_a_file_without_a_checksum_is_whole_or_asked_for_again(site, tmp_path):
    site.breaks = [300]
    archives.get(site.offer("one.png", noise(1000)), tmp_path / "one.png")
    assert (tmp_path / "one.png").read_bytes() == noise(1000)
    assert len(site.asked) == 2
