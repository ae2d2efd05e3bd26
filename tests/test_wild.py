"""Every strange picture through every entrance of the command line: it is taken, or one line says why not."""

import dataclasses
import warnings

import pytest
import wild
from PIL import Image

from hfsr import images
from hfsr.studies import recipes

EVERY = pytest.mark.parametrize("strange", wild.WILD, ids=lambda strange: strange.name)


@pytest.fixture
def answered(hfsr, recwarn):
    """Run the command line and compare its end with what is expected: nothing but a result, or one line."""

    def run(expected: str | None, strange: wild.Wild, *words: object) -> bool:
        code, out, err = hfsr(*words)
        assert not [str(warning.message) for warning in recwarn if "PIL" in warning.filename]
        if expected is None:
            assert code == 0, err
            return True
        assert (code, out) == (2, "")
        assert err.startswith("hfsr: ")
        assert expected in err
        assert strange.name in err or expected == wild.NONE
        assert err.count("\n") == 1
        return False

    return run


@EVERY
def test_upscale(answered, strange, tmp_path):
    path = wild.write(strange, tmp_path / "in")
    if answered(strange.upscale, strange, "upscale", path, tmp_path / "out.png", "--model", "bicubic"):
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(path) as small,
            Image.open(tmp_path / "out.png") as large,
        ):
            size = small.size[::-1] if strange.name in ("turned.jpg", "odd-exif.jpg") else small.size
            assert large.size == tuple(2 * side for side in size)
            assert ("A" in large.mode) == (strange.mask == wild.TRANSPARENT)
    else:
        assert not (tmp_path / "out.png").exists()


@EVERY
def test_mask(answered, strange, tmp_path):
    path = wild.write(strange, tmp_path / "in")
    taken = answered(strange.mask, strange, "mask", path, tmp_path / "out.png")
    assert (tmp_path / "out.png").exists() == taken
    if taken:
        assert images.read(tmp_path / "out.png").shape == images.read(path).shape


@EVERY
def test_evaluate(answered, strange, tmp_path):
    wild.write(strange, tmp_path / "in")
    answered(strange.sets, strange, "evaluate", "bicubic", tmp_path / "in")


@EVERY
def test_train(answered, strange, tmp_path, folder, monkeypatch):
    wild.write(strange, tmp_path / "in")
    tiny = {"crop": 8, "batch": 2, "blocks": 1, "watch": str(folder), "evaluation": (str(folder),)}
    monkeypatch.setitem(recipes.SUPERRES, "quick", dataclasses.replace(recipes.superres("quick"), **tiny))
    words = ("train", "--data", tmp_path / "in", "--steps", 1, "--out", tmp_path / "run")
    taken = answered(strange.sets, strange, *words)
    assert (tmp_path / "run" / "record.json").exists() == taken
