"""An upscaled set is what its images give one by one, survives interruption, and refuses what its record does not describe."""

import dataclasses
import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
import torch

from hfsr import paths
from hfsr.analysis.spectrum import png_bytes
from hfsr.data import labelled
from hfsr.errors import UserError
from hfsr.files import exclusive, read_json, sha256, write_json
from hfsr.models import store
from hfsr.models.upscaling import upscale
from hfsr.studies import published, upscaled
from hfsr.studies.superres_run import SuperresRecord
from hfsr.studies.upscaled_set import UpscaledSet
from hfsr.studies.upscaler import BICUBIC, called
from hfsr.studies.upscaling import upscale_images
from hfsr.training import hardware


@pytest.fixture(autouse=True)
def folders(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "runs", lambda: tmp_path / "runs")
    monkeypatch.setattr(upscaled, "CHUNK", 16)


@pytest.fixture(scope="module")
def data():
    """A small set: 50 digits to train on, 13 for testing."""
    digits = labelled.load("digits")
    return dataclasses.replace(
        digits,
        train_images=digits.train_images[:50],
        train_labels=digits.train_labels[:50],
        test_images=digits.test_images[:13],
        test_labels=digits.test_labels[:13],
    )


@pytest.fixture
def units(monkeypatch):
    """Whether the machine is taken to have bf16 units: call it with True or False."""
    return lambda there: monkeypatch.setattr(hardware, "bf16_units", lambda: there)


@pytest.mark.parametrize("method", ["bicubic", "wdsr-a1-5"])
def test_a_set_is_its_images_upscaled_one_by_one(method, data, units):
    units(False)
    run = upscaled.make(data, called(method))
    assert run == paths.runs() / "upscaled" / f"digits-{method}"
    network = "bicubic" if method == "bicubic" else store.load_model(method)
    for images, source in zip(
        upscaled.read(run, data, called(method)), (data.train_images, data.test_images), strict=True
    ):
        assert torch.equal(images, torch.stack([upscale(image, network) for image in source]))
    assert read_json(run / "record.json")["precision"] == (None if method == "bicubic" else "float32")


def test_with_bf16_units_it_is_too(data, units):
    units(True)
    run = upscaled.make(data, called("wdsr-a1-5"))
    expected = torch.cat(
        [upscale_images(store.load_model("wdsr-a1-5"), image[None], bf16=True) for image in data.test_images]
    )
    assert torch.equal(upscaled.read(run, data, called("wdsr-a1-5"))[1], expected)
    assert read_json(run / "record.json")["precision"] == "bf16"


def test_one_set_is_of_one_precision(data, units, monkeypatch):
    """What a machine without bf16 units began, one with them begins anew."""
    units(False)
    interrupted(monkeypatch, data, called("srcnn"), 2)
    monkeypatch.setattr(upscaled, "upscale_images", upscale_images)
    units(True)
    run = upscaled.make(data, called("srcnn"))
    assert torch.equal(
        upscaled.read(run, data, called("srcnn"))[0],
        upscale_images(store.load_model("srcnn"), data.train_images, bf16=True),
    )


def test_the_record_says_what_the_array_is_and_what_made_it(data):
    run = upscaled.make(data, called("wdsr-a1-5"))
    record = read_json(run / "record.json")
    assert record["sha256"] == sha256(run / "images.npy")
    assert record["data"] == {"name": "digits", "images": 50, "test_images": 13, "digest": data.digest}
    assert record["enlarger_sha256"] == published.read(SuperresRecord, "wdsr-a1-5").weights_sha256
    assert record["command"] == "hfsr upscale digits --model wdsr-a1-5"
    assert record["images_per_second"] > 0
    assert sorted(path.name for path in run.iterdir()) == [".lock", "images.npy", "record.json"]
    array = np.load(run / "images.npy")
    train, test = torch.from_numpy(array).split([50, 13])
    for name, images, encoder in (
        ("digits/train_png_bytes", train, "default"),
        ("digits/test_png_bytes_strongest", test, "strongest"),
    ):
        assert record["metrics"][name] == sum(png_bytes(image, encoder) for image in images)
        assert sum(record["thousands"][name]) == record["metrics"][name]
        assert len(record["thousands"][name]) == -(-len(images) // 16)
    assert (array.shape, array.dtype) == ((63, 3, 16, 16), np.uint8)


def interrupted(monkeypatch, data, method, chunks):
    """A call that is stopped after so many chunks."""
    left = iter(range(chunks))

    def until_stopped(method, images, **how):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return upscale_images(method, images, **how)

    monkeypatch.setattr(upscaled, "upscale_images", until_stopped)
    with pytest.raises(KeyboardInterrupt):
        upscaled.make(data, method)


def counted(monkeypatch):
    """Images that are upscaled from here on, a number a chunk."""
    asked = []
    monkeypatch.setattr(
        upscaled, "upscale_images", lambda *of, **how: asked.append(len(of[1])) or upscale_images(*of, **how)
    )
    return asked


@pytest.mark.parametrize("tail", [b"", b"half an image"])
def test_an_interrupted_set_goes_on_where_it_was(tail, data, monkeypatch):
    whole = upscaled.make(data, BICUBIC, paths.runs() / "whole")
    run = UpscaledSet(data.name, BICUBIC).folder
    interrupted(monkeypatch, data, BICUBIC, 2)
    with (run / ".images.npy").open("ab") as file:
        file.write(tail)
    asked = counted(monkeypatch)
    assert upscaled.make(data, BICUBIC) == run
    assert asked == [16, 15]
    assert (run / "images.npy").read_bytes() == (whole / "images.npy").read_bytes()
    upscaled.make(data, BICUBIC)
    assert len(asked) == 2  # a finished set is not made again


@pytest.mark.parametrize("chunk", [16, 21])
def test_what_was_upscaled_to_the_last_image_is_not_upscaled_again(chunk, data, monkeypatch):
    """Stopped before the file had its name, then before the record was written; also where chunks end with the set."""
    monkeypatch.setattr(upscaled, "CHUNK", chunk)
    whole = upscaled.make(data, BICUBIC, paths.runs() / "whole")
    run = UpscaledSet(data.name, BICUBIC).folder
    run.mkdir(parents=True)
    asked = counted(monkeypatch)
    for name in (".images.npy", "images.npy"):
        (run / "record.json").unlink(missing_ok=True)
        (run / "images.npy").unlink(missing_ok=True)
        digests = {"data_digest": data.digest, "enlarger_sha256": None, "precision": None}
        write_json(run / upscaled.PLAN, UpscaledSet("digits", BICUBIC).identity() | digests)
        (run / name).write_bytes((whole / "images.npy").read_bytes())
        upscaled.make(data, BICUBIC)
        assert read_json(run / "record.json")["sha256"] == read_json(whole / "record.json")["sha256"]
        assert not (run / upscaled.PLAN).exists()
    assert asked == []


def test_one_network_upscales_all_images(data, monkeypatch):
    """Its file may be replaced while the set is being made."""
    seen = []
    monkeypatch.setattr(upscaled, "upscale_images", lambda *of, **how: seen.append(of[0]) or upscale_images(*of, **how))
    upscaled.make(data, called("srcnn"))
    assert len(seen) == 4
    assert len(set(map(id, seen))) == 1


def test_a_finished_set_is_read_while_another_process_has_the_folder(data):
    run = upscaled.make(data, BICUBIC)
    with exclusive(run):
        assert upscaled.make(data, BICUBIC) == run
        upscaled.read(run, data, BICUBIC)


def test_files_of_somebody_else_are_left_alone(data, tmp_path):
    (tmp_path / "images.npy").write_bytes(b"mine")
    with pytest.raises(UserError, match=r"holds an images.npy that has no record; choose another folder"):
        upscaled.make(data, BICUBIC, tmp_path)
    assert (tmp_path / "images.npy").read_bytes() == b"mine"


def test_what_an_earlier_network_of_the_name_began_is_begun_anew(data, monkeypatch):
    interrupted(monkeypatch, data, called("srcnn"), 2)
    begun = UpscaledSet(data.name, called("srcnn")).folder
    write_json(begun / upscaled.PLAN, read_json(begun / upscaled.PLAN) | {"enlarger_sha256": "0" * 64})
    monkeypatch.setattr(upscaled, "upscale_images", upscale_images)
    upscaled.make(data, called("srcnn"))
    expected = upscale_images(store.load_model("srcnn"), data.test_images, bf16=hardware.bf16_units())
    assert torch.equal(upscaled.read(begun, data, called("srcnn"))[1], expected)


@pytest.mark.parametrize("plan", [None, "{}", "[]"])
def test_what_another_method_began_is_left_alone(plan, data, monkeypatch):
    interrupted(monkeypatch, data, BICUBIC, 2)
    begun = UpscaledSet(data.name, BICUBIC).folder
    if plan:
        (begun / upscaled.PLAN).write_text(plan)
    before = {path.name: path.read_bytes() for path in begun.iterdir()}
    with pytest.raises(
        UserError, match=r"holds the beginning of a set with .*method = .*, not 'srcnn'.*: choose another"
    ):
        upscaled.make(data, called("srcnn"), begun)
    assert {path.name: path.read_bytes() for path in begun.iterdir()} == before


KILLED = """
    import sys, time
    from hfsr.studies import upscaled
    from hfsr.studies.upscaler import BICUBIC
    from hfsr.studies.upscaling import upscale_images
    from hfsr.data import labelled
    upscaled.CHUNK = 32

    def slowly(*of, **how):
        time.sleep(0.01)
        print(len(of[1]), flush=True)
        return upscale_images(*of, **how)

    upscaled.upscale_images = slowly
    upscaled.make(labelled.load("digits"), BICUBIC, sys.argv[1])
"""


@pytest.mark.processes
def test_a_process_killed_by_the_system_loses_nothing(tmp_path):
    def start(name):
        call = [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path / name)]
        return subprocess.Popen(call, stdout=subprocess.PIPE, text=True)

    whole = start("whole").communicate()[0]
    assert sum(map(int, whole.split())) == 1797
    killed = start("killed")
    part = tmp_path / "killed" / ".images.npy"
    while killed.poll() is None and (not part.exists() or part.stat().st_size < 400_000):
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert not (tmp_path / "killed" / "record.json").exists()
    left = start("killed").communicate()[0]
    assert 0 < sum(map(int, left.split())) < 1400  # 400,000 bytes are more than 500 images
    assert sha256(tmp_path / "killed" / "images.npy") == sha256(tmp_path / "whole" / "images.npy")


LIMITED = """
    import resource, sys
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))  # as on a disk with so much room
    sys.argv = ["hfsr", "upscale", "digits", sys.argv[2], "--model", "bicubic"]
    from hfsr.cli import main
    main()
"""


@pytest.mark.processes
def test_a_full_disk_is_one_line_and_the_same_command_goes_on(tmp_path):
    def run(room):
        call = [sys.executable, "-c", textwrap.dedent(LIMITED), str(room), str(tmp_path / "set")]
        return subprocess.run(call, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})

    ended = run(room=900_000)
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.splitlines()[-1].startswith(
        f"hfsr: {tmp_path}/set/.images.npy: cannot be written (File too large)"
    )
    assert "Traceback" not in ended.stderr
    ended = run(room=10_000_000)
    assert ended.returncode == 0, ended.stderr
    assert "56%" in ended.stderr  # a thousand of the 1,797 images were there
    digits = labelled.load("digits")
    assert torch.equal(
        upscaled.read(tmp_path / "set", digits, BICUBIC)[1], upscale_images("bicubic", digits.test_images)
    )


def spoil_array(run, data):
    content = bytearray((run / "images.npy").read_bytes())
    content[-1] ^= 1
    (run / "images.npy").write_bytes(content)


def cut_array_off(run, data):
    os.truncate(run / "images.npy", 5000)


def remove_array(run, data):
    (run / "images.npy").unlink()


def other_shape(run, data):
    np.save(run / "images.npy", np.zeros((63, 3, 8, 8), np.uint8))
    write_json(run / "record.json", read_json(run / "record.json") | {"sha256": sha256(run / "images.npy")})


def other_type(run, data):
    np.save(run / "images.npy", np.zeros((63, 3, 16, 16), np.int16))
    write_json(run / "record.json", read_json(run / "record.json") | {"sha256": sha256(run / "images.npy")})


def pickled(run, data):
    np.save(run / "images.npy", np.array([print], dtype=object), allow_pickle=True)
    write_json(run / "record.json", read_json(run / "record.json") | {"sha256": sha256(run / "images.npy")})


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            spoil_array,
            "images.npy: not the array that its record describes; delete .* `hfsr upscale digits --model bicubic`",
        ),
        (cut_array_off, "images.npy: not the array that its record describes"),
        (remove_array, "images.npy: not the array that its record describes"),
        (other_shape, r"images.npy: uint8 \(63, 3, 8, 8\) where uint8 \(63, 3, 16, 16\) belongs"),
        (other_type, r"images.npy: int16 \(63, 3, 16, 16\) where uint8"),
        (pickled, "images.npy: holds no array"),
        (lambda run, data: (run / "record.json").unlink(), "no finished run lies here"),
        (lambda run, data: (run / "record.json").write_text("{"), "record.json: no JSON"),
    ],
)
def test_what_does_not_match_its_record_is_refused(spoil, message, data):
    run = upscaled.make(data, BICUBIC)
    spoil(run, data)
    with pytest.raises(UserError, match=message):
        upscaled.read(run, data, BICUBIC)


def test_a_set_of_another_source_or_method_is_refused(data):
    run = upscaled.make(data, BICUBIC)
    with pytest.raises(UserError, match=r"holds an upscaled set with data_digest = .*: choose another folder"):
        upscaled.read(run, dataclasses.replace(data, digest="other"), BICUBIC)
    with pytest.raises(UserError, match="holds an upscaled set with method = 'bicubic', not 'srcnn'"):
        upscaled.make(data, called("srcnn"), run)


@pytest.mark.parametrize("spoil", [remove_array, spoil_array, cut_array_off])
def test_a_record_without_its_array_is_no_finished_set(spoil, data):
    run = upscaled.make(data, BICUBIC)
    spoil(run, data)
    with pytest.raises(UserError, match=r"images.npy: not the array that its record describes; delete"):
        upscaled.make(data, BICUBIC)


@pytest.mark.parametrize(
    ("method", "message"), [("original", "are not upscaled: choose"), ("nothing", "no method is called 'nothing'")]
)
def test_only_what_upscales_is_taken(method, message, data):
    with pytest.raises(UserError, match=message):
        upscaled.make(data, called(method))
    assert not paths.runs().exists()


def test_every_chunk_is_on_the_disk_before_it_counts(data, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    upscaled.make(data, BICUBIC)
    assert len(synced) == 4 + 2  # chunks; the array and its record
