"""`hfsr restore` does for networks that keep the size all that `hfsr upscale` does for the others, by the same functions."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from hfsr import images, paths
from hfsr.classifiers import Compact
from hfsr.images import picture
from hfsr.models import WDSR, store
from hfsr.models.upscaling import upscale

MODEL = "restorer.safetensors"


@pytest.fixture
def photos(tmp_path, monkeypatch, photograph):
    """A folder of folders beside a network that restores; the current folder is around both."""
    monkeypatch.chdir(tmp_path)
    colour = photograph("chelsea")[:, 100:120, 120:150]
    (tmp_path / "photos" / "b").mkdir(parents=True)
    images.write("photos/a.png", colour)
    soft = picture.Picture(torch.cat([colour, colour[:1]]))
    picture.store(soft, Path("photos/b/soft.png"), ".png")
    torch.manual_seed(0)
    store.save(MODEL, WDSR(blocks=1, features=4, scale=1))
    return Path("photos")


def tree(folder: str) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file())


def pixels(path: Path | str) -> torch.Tensor:
    return picture.load(path, path).pixels


def test_it_keeps_the_size_and_writes_what_the_function_returns(hfsr, photos):
    assert hfsr("restore", photos / "a.png", "out.png", "--model", MODEL, "--device", "cpu") == (0, "", "")
    restored = images.read("out.png")
    assert torch.equal(restored, upscale(images.read(photos / "a.png"), store.load(MODEL)))
    assert restored.shape == images.read(photos / "a.png").shape
    assert not torch.equal(restored, images.read(photos / "a.png"))


def test_a_folder_keeps_its_tree_and_goes_on_where_it_was(hfsr, photos):
    words = ("restore", photos, "--out", "restored", "--suffix", "tif", "--model", MODEL)
    images.write("restored/a.tif", torch.zeros(3, 2, 2, dtype=torch.uint8))
    (photos / "b" / "broken.png").write_bytes(b"no picture")
    code, out, err = hfsr(*words)
    assert (code, out) == (1, "1 restored, 1 there already (--overwrite makes them anew), 1 failed\n")
    assert err.startswith("hfsr: photos/b/broken.png: not a picture that can be read")
    assert err.count("\n") == 1
    assert tree("restored") == ["a.tif", "b/soft.tif"]
    expected = upscale(pixels(photos / "b" / "soft.png"), store.load(MODEL))
    assert torch.equal(pixels("restored/b/soft.tif"), expected)
    assert torch.equal(expected[3], pixels(photos / "b" / "soft.png")[3])  # transparency has nothing to be restored
    assert hfsr(*words, "--overwrite")[:2] == (1, "2 restored, 1 failed\n")
    assert images.read("restored/a.tif").shape == (3, 20, 30)


@pytest.mark.processes
def test_standard_input_becomes_standard_output(photos):
    call = [sys.executable, "-m", "hfsr.cli", "restore", "-", "-", "--model", MODEL, "--suffix", "png"]
    ended = subprocess.run(call, input=(photos / "a.png").read_bytes(), capture_output=True, check=True)
    assert ended.stderr == b""
    expected = upscale(images.read(photos / "a.png"), store.load(MODEL))
    assert torch.equal(picture.load(io.BytesIO(ended.stdout), "").pixels, expected)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["photos"], f"photos: a folder; hfsr restore photos --out photos-restored --model {MODEL}"),
        (
            ["photos/a.png"],
            "a.png: where is the restored picture to go? hfsr restore photos/a.png a-restored.png --model",
        ),
        (["-"], f"hfsr restore - RESULT.png --model {MODEL}, or hfsr restore - - --model {MODEL}"),
        (["photos/a.png", "photos/b/soft.png"], "to restore both, say where to with --out FOLDER"),
        (["digits", "x.png"], "digits: no such file"),
        (["photos", "--out", "photos/b", "--overwrite"], "photos/b: lies in photos, and --overwrite may destroy"),
        (["photos/a.png", "x.png", "--device", "tpu"], "--device tpu: choose cpu or cuda"),
        (["photos", "--out", "x", "--suffix", "gif"], "--suffix gif: choose one of .png .jpg"),
        (["photos", "--out", "x", "--model", "edsr"], f"choose one of {', '.join(paths.published(1))}, or a"),
    ],
)
def test_a_mistake_is_one_line(hfsr, photos, words, message):
    before = tree(".")
    code, out, err = hfsr("restore", "--model", MODEL, *words)
    assert (code, out) == (2, "")
    assert err.startswith("hfsr: ")
    assert message in err
    assert err.count("\n") == 1
    assert tree(".") == before


def test_it_names_the_networks_that_do_it(hfsr):
    _, out, _ = hfsr("restore", "--help")
    assert all(name in out for name in ("wdsr-a0-denoise", "wdsr-a1-5-denoise"))
    assert "labelled set" not in out


@pytest.mark.parametrize("words", [["out.png"], ["--out", "folder"]])
def test_each_verb_refuses_what_the_other_is_for(hfsr, photos, words):
    store.save("upscaler.safetensors", WDSR(blocks=1))
    for model in ("wdsr-a0-denoise", MODEL):
        said = f"hfsr: {model}: keeps a picture's size; hfsr restore PICTURE RESULT --model {model} uses it\n"
        assert hfsr("upscale", photos / "a.png", *words, "--model", model) == (2, "", said)
    for model in ("wdsr-a1-5", "bicubic", "upscaler.safetensors"):
        said = f"hfsr: {model}: upscales a picture; hfsr upscale PICTURE RESULT --model {model} uses it\n"
        assert hfsr("restore", photos / "a.png", *words, "--model", model) == (2, "", said)
    assert not Path("folder").exists()


def test_a_classifier_is_refused(hfsr, photos):
    store.save("classifier.safetensors", Compact(widths=(4, 4, 4), classes=2))
    code, _, err = hfsr("restore", photos, "--out", "x", "--model", "classifier.safetensors")
    assert code == 2
    assert err.startswith("hfsr: classifier.safetensors: a classifier, it makes no picture; choose one of wdsr-a0-de")


def test_the_bar_says_what_is_done(hfsr, photos, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert "restore: 100%" in hfsr("restore", photos, "--out", "x", "--model", MODEL)[2]
    assert "restoring: 100%" in hfsr("restore", photos / "a.png", "x.png", "--model", MODEL)[2]
