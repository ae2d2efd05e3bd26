import pytest

from hfsr import paths
from hfsr.data import labelled
from hfsr.errors import UserError
from hfsr.files import sha256
from hfsr.studies import flops, recipes, upscaled, upscaler
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun
from hfsr.studies.upscaled_set import UpscaledSet, used
from hfsr.studies.upscaler import BICUBIC, Upscaler


def test_a_set_is_named_by_what_it_is_of_and_what_upscales_it():
    run = UpscaledSet("cifar10", upscaler.called("wdsr-a1-5"))
    assert run.name == run.title == "cifar10-wdsr-a1-5"
    assert run.folder == paths.runs() / "upscaled" / "cifar10-wdsr-a1-5"
    assert run.command == "hfsr upscale cifar10 --model wdsr-a1-5"
    assert run.identity() == {"study": "upscaled", "method": "wdsr-a1-5", "data": "cifar10"}
    assert (run.model, run.notebook, run.steps) == (None, None, 0)


def test_only_a_network_that_is_not_published_is_waited_for():
    assert UpscaledSet("digits", BICUBIC).requires == ()
    assert UpscaledSet("digits", upscaler.called("wdsr-a1-5")).requires == ()
    network = SuperresRun(Row("wdsr", "1/5"), recipes.superres("paper"))
    assert UpscaledSet("digits", upscaler.called("wdsr-a1-5-paper")).requires == (network,)


def test_inputs_are_digests_as_far_as_they_are_known(monkeypatch):
    network, untrained = upscaler.called("wdsr-a1-5"), upscaler.called("wdsr-a1-5-paper")
    data = {"data_digest": labelled.load("digits").digest}
    weights = {"enlarger_sha256": sha256(network.weights)}
    assert UpscaledSet("digits", network).inputs() == data | weights
    assert UpscaledSet("digits", BICUBIC).inputs() == data | {"enlarger_sha256": None}
    assert UpscaledSet("digits", untrained).inputs() == data
    monkeypatch.setenv("HFSR_DATA", "/nowhere")
    assert UpscaledSet("cifar10", network).inputs() == weights
    assert (used(network), used(BICUBIC), used(untrained)) == (weights, {"enlarger_sha256": None}, {})
    assert UpscaledSet("digits", network).digest == weights["enlarger_sha256"]
    with pytest.raises(UserError, match="not trained yet"):
        _ = UpscaledSet("digits", untrained).digest


def test_work_is_counted_on_the_network_trained_or_not():
    trained, untrained = (
        UpscaledSet("digits", upscaler.called(name)).work for name in ("wdsr-a1-5", "wdsr-a1-5-paper")
    )
    assert trained == untrained  # eight blocks each
    without_a_recipe = UpscaledSet("digits", Upscaler("wdsr-a1-5")).work
    assert without_a_recipe.training == trained.training == 1797 * flops._forward("wdsr", 8, 8)
    assert UpscaledSet("digits", BICUBIC).work.training == 0
    assert trained.disk == 1797 * 3 * 16 * 16


def test_a_record_reads_back_into_its_set(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "runs", lambda: tmp_path)
    for name in ("bicubic", "srcnn"):
        run = UpscaledSet("digits", upscaler.called(name))
        upscaled.make(labelled.load("digits"), run.upscaler)
        record = run.record()
        assert record.run == run
        assert record.command == run.command
        assert (run.identity() | run.inputs()).items() <= record.made_from().items()
        assert record.problems() == []
        expected = run.work.training * record.images_per_second / 1797 if name == "srcnn" else None
        assert record.speed == expected
