"""Pictures without colour are judged on their one channel, by every study that measures photographs."""

import dataclasses

import pytest
from noise import smooth_noise

from hfsr import images
from hfsr.analysis import detail, evaluation
from hfsr.data import photographs
from hfsr.files import read_json
from hfsr.studies import frequency, recipes, superres
from hfsr.studies.records import RECORD
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun


@pytest.fixture
def grey(tiny_study, monkeypatch, tmp_path):
    """A recipe whose set is of grey pictures, as one of Set14's is."""
    for seed in (0, 1):
        images.write(tmp_path / "greys" / f"{seed}.png", smooth_noise(64, 44, seed)[:1])
    recipe = dataclasses.replace(tiny_study, evaluation=(str(tmp_path / "greys"),))
    monkeypatch.setitem(recipes.SUPERRES, "tiny", recipe)
    monkeypatch.setattr(detail, "RINGS", 8)
    return photographs.load(recipe.evaluation[0], grey=True)


def test_super_resolution_is(grey):
    run = SuperresRun(Row("bicubic"), recipes.superres("tiny"))
    superres.train(run)
    assert run.record().per_image["greys"] == evaluation.evaluate("bicubic", grey)


def test_spectra_and_bytes_are(grey):
    record = read_json(frequency.measure("truth-tiny") / RECORD)
    assert record["data"]["digest"] == {"greys": grey.digest}


def test_the_command_line_does(grey, hfsr, tmp_path):
    psnr = evaluation.evaluate("bicubic", grey)["psnr_y_border2"]
    assert f"greys/psnr_y_border2\t{sum(psnr) / 2:.4f}\n" in hfsr("evaluate", "bicubic", tmp_path / "greys")[1]
