import pytest
import torch

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import read_json, sha256, write_json
from hfsr.models import WDSR, ResNet, store
from hfsr.studies import runs, study, superres, superres_runs, upscalers
from hfsr.studies.upscaling import enlarge


@pytest.fixture
def published(monkeypatch, tmp_path):
    """A folder of published networks with one of every kind, in place of the package's."""
    monkeypatch.setattr(paths, "weights", lambda: tmp_path)
    models = {"wdsr": WDSR(blocks=1), "wdsr-x3": WDSR(blocks=1, scale=3), "classifier": ResNet(11)}
    for name, model in models.items():
        store.save(tmp_path / f"{name}.safetensors", model)


def test_unknown_names_are_refused_with_those_there_are(published):
    with pytest.raises(UserError, match="choose one of original, bicubic, classifier, wdsr, wdsr-x3"):
        upscalers.load("wdsr-a1-9")


def test_other_networks_are_refused(published):
    with pytest.raises(UserError, match="wdsr-x3 enlarges x3: the study enlarges x2"):
        upscalers.load("wdsr-x3")
    with pytest.raises(UserError, match="classifier is a ResNet"):
        upscalers.load("classifier")


def test_a_network_that_is_still_to_be_trained_is_named_with_its_command(published):
    command = "hfsr train --method wdsr --alpha 1/5 --recipe paper --seed 0"
    with pytest.raises(UserError, match=f"wdsr-a1-5-paper: its network is not trained yet; first run `{command}`"):
        upscalers.load("wdsr-a1-5-paper")


def test_the_package_has_the_studys_networks():
    assert upscalers.is_published("wdsr-a1-5")
    assert not upscalers.is_published("wdsr-a1-5-paper")
    assert upscalers.record("srcnn")["method"] == "srcnn"
    assert upscalers.weights_digest("bicubic") is upscalers.weights_digest("original") is None


def test_every_network_of_a_grid_has_a_name_of_its_own(tiny_study):
    for recipe in ("bench", "paper", "long", "tiny"):
        for steps in (None, 7):
            first = [run for run in superres_runs.grid(recipe, steps) if run["seed"] == 0]
            assert [superres_runs.maker(superres_runs.model_name(run)) for run in first] == first
    assert superres_runs.maker("bicubic") is superres_runs.maker("wdsr-a1-9") is None


def test_a_finished_run_stands_in_for_a_network_that_is_not_published(tiny_study, photograph):
    name = "wdsr-a1-5-tiny"
    with pytest.raises(UserError, match="not trained yet"):
        upscalers.weights(name)
    folder = superres.train(alpha="1/5", recipe="tiny", out=runs.folder("superres", "wdsr-a1-5-tiny-s0"))
    assert upscalers.weights(name) == folder / runs.WEIGHTS
    assert upscalers.record(name)["alpha"] == 0.2
    assert upscalers.weights_digest(name) == sha256(folder / runs.WEIGHTS)
    images = photograph("coffee")[None, :, :16, :16]
    enlarged = enlarge(name, images)

    (published,) = study.publish("superres", "tiny")
    assert upscalers.weights(name) == paths.weights() / f"{name}.safetensors"
    assert upscalers.record(name)["model"] == name
    assert torch.equal(enlarge(name, images), enlarged)

    write_json(published, read_json(published) | {"recipe_digest": "other"})
    assert upscalers.weights(name) == folder / runs.WEIGHTS  # a stale one gives way
