import pytest
import torch

from hfsr import paths
from hfsr.classifiers import ResNet
from hfsr.errors import UserError
from hfsr.files import read_json, sha256, write_json
from hfsr.models import WDSR, store
from hfsr.studies import publish, recipes, superres, superres_run, upscaler
from hfsr.studies.records import WEIGHTS
from hfsr.studies.rows import TABLE_1, Row
from hfsr.studies.superres_run import SuperresRun
from hfsr.studies.upscaler import BICUBIC, ORIGINAL, Upscaler
from hfsr.studies.upscaling import upscale_images


@pytest.fixture
def published(monkeypatch, tmp_path):
    """A folder of published networks with one of every kind, in place of the package's."""
    monkeypatch.setattr(paths, "weights", lambda: tmp_path)
    models = {"wdsr": WDSR(blocks=1), "wdsr-x3": WDSR(blocks=1, scale=3), "classifier": ResNet(11)}
    for name, model in models.items():
        store.save(tmp_path / f"{name}.safetensors", model)


def test_unknown_names_are_refused_with_those_there_are(published):
    with pytest.raises(
        UserError, match="choose one of original, bicubic, nearest, sharpened, original-sharpened, wdsr;"
    ):
        upscaler.called("wdsr-a1-9").load()


def test_other_networks_are_refused(published):
    with pytest.raises(UserError, match="wdsr-x3 upscales x3: the study upscales x2"):
        upscaler.called("wdsr-x3").load()
    with pytest.raises(UserError, match="classifier is a ResNet"):
        upscaler.called("classifier").load()


def test_a_network_that_is_still_to_be_trained_is_named_with_its_command(published):
    command = "hfsr train --method wdsr --alpha 1/5 --recipe paper --seed 0"
    with pytest.raises(UserError, match=f"wdsr-a1-5-paper: its network is not trained yet; first run `{command}`"):
        upscaler.called("wdsr-a1-5-paper").load()


def test_the_package_has_the_studys_networks():
    assert upscaler.called("wdsr-a1-5").is_published
    assert not upscaler.called("wdsr-a1-5-paper").is_published
    assert upscaler.called("srcnn").record().method == "srcnn"
    assert BICUBIC.digest is ORIGINAL.digest is None
    for row in TABLE_1[1:]:
        assert upscaler.called(row.name).load().scale == 2


def test_a_name_stands_for_the_published_network(published):
    network, expected = Upscaler("wdsr").load(), store.load_model("wdsr")
    assert all(torch.equal(value, expected.state_dict()[name]) for name, value in network.state_dict().items())
    assert Upscaler("wdsr").digest == sha256(paths.weights() / "wdsr.safetensors")


def test_what_is_no_network_is_told_from_what_is():
    assert not ORIGINAL.is_network
    assert not BICUBIC.is_network
    assert upscaler.called("wdsr-a1-5").is_network
    assert (ORIGINAL.factor, BICUBIC.factor, upscaler.called("wdsr-a1-5").factor) == (1, 2, 2)
    assert upscaler.called("original") == ORIGINAL
    assert upscaler.called("bicubic") == BICUBIC
    assert not BICUBIC.is_published


def test_every_network_of_a_grid_has_a_name_of_its_own(tiny_study):
    names = []
    for recipe in map(recipes.superres, ("bench", "long", "paper", "tiny")):
        for steps in (None, 7):
            first = [run for run in superres_run.grid(recipe, steps) if run.seed == 0]
            named = [upscaler.of(run.row.name, recipe, steps) for run in first]
            assert [each.made_by for each in named] == first
            assert [each.name for each in named] == [run.model or run.name for run in first]
            names += [each.name for each in named]
            if steps is None:
                assert [upscaler.called(run.model or run.name).made_by for run in first] == first
    assert len(set(names)) == len(names)
    assert upscaler.called("bicubic").made_by is upscaler.called("wdsr-a1-9").made_by is None


def test_a_row_stands_for_the_network_of_a_recipe():
    paper = recipes.superres("paper")
    assert upscaler.of("original", paper) == ORIGINAL
    assert upscaler.of("bicubic", paper) == BICUBIC
    assert upscaler.of("srcnn", recipes.superres("bench")).made_by.steps == 30_000
    with pytest.raises(UserError, match="recipe paper has no row 'wdsr-a1-9': choose one of bicubic, srcnn, wdsr-a0,"):
        upscaler.of("wdsr-a1-9", paper)


def test_a_finished_run_stands_in_for_a_network_that_is_not_published(tiny_study, photograph):
    name = "wdsr-a1-5-tiny"
    one = upscaler.called(name)
    with pytest.raises(UserError, match="not trained yet"):
        _ = one.weights
    folder = superres.train(SuperresRun(Row("wdsr", "1/5"), tiny_study))
    assert one.weights == folder / WEIGHTS
    assert one.record().alpha == 0.2
    assert one.digest == sha256(folder / WEIGHTS)
    images = photograph("coffee")[None, :, :16, :16]
    before = upscale_images(one.load(), images)

    (published,) = publish.publish_all("superres", "tiny")
    assert one.weights == paths.weights() / f"{name}.safetensors"
    assert one.record().model == name
    assert torch.equal(upscale_images(one.load(), images), before)

    write_json(published, read_json(published) | {"recipe_digest": "other"})
    assert one.weights == folder / WEIGHTS  # a stale one gives way
    assert one.record().model is None


def test_a_network_of_updates_that_no_recipe_has_is_found_by_its_finished_run(tiny_study):
    name = "wdsr-a1-5-tiny-2-steps"
    assert upscaler.called(name).made_by is None
    with pytest.raises(UserError, match=f"no method is called '{name}'"):
        upscaler.called(name).load()
    run = SuperresRun(Row("wdsr", "1/5"), tiny_study, steps=2)
    superres.train(run)
    superres.train(SuperresRun(Row("wdsr", "1/5"), tiny_study, seed=1, steps=2))
    superres.train(SuperresRun(Row("wdsr", "1/5"), tiny_study, steps=2), run.folder.with_name("elsewhere"))
    assert upscaler.called(name).made_by == run
    assert upscaler.called(name).weights == run.folder / WEIGHTS


def test_a_run_of_a_recipe_that_is_gone_hides_no_other(tiny_study, monkeypatch):
    run = SuperresRun(Row("wdsr", "1/5"), tiny_study, steps=2)
    superres.train(run)
    superres.train(SuperresRun(Row("bicubic"), tiny_study))
    record = run.folder.parent / "an-older-run" / "record.json"
    write_json(record, read_json(run.folder / "record.json") | {"recipe": "gone"})
    assert upscaler.called(run.model).made_by == run
    with pytest.raises(UserError, match="no method is called 'nothing'"):
        upscaler.called("nothing").load()


def test_a_network_that_keeps_the_size_upscales_nothing():
    with pytest.raises(
        UserError, match=r"^wdsr-a0-denoise: keeps a picture's size, so it upscales nothing: choose one of srcnn, wdsr"
    ):
        upscaler.called("wdsr-a0-denoise")
