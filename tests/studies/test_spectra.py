"""The study of spectra on small pictures and scanned digits."""

import statistics

import pytest
import torch

from hfsr.analysis.small_images import brought_down, variance_profiles
from hfsr.analysis.spectrum import radial_profile
from hfsr.data import labelled, photographs
from hfsr.errors import UserError
from hfsr.studies import derived, publish, published, recipes, recompute, spectra, spectra_run, verify
from hfsr.studies.spectra_run import BROUGHT_DOWN, SQUARES, Spectra, SpectraRecord


@pytest.fixture
def run(tiny_study, monkeypatch) -> Spectra:
    for module in (spectra, spectra_run):
        monkeypatch.setattr(module, "SETS", ("digits",))
    monkeypatch.setattr(spectra, "SIDE", 8)
    monkeypatch.setitem(recipes.STUDIES["spectra"], "tiny", tiny_study)
    return spectra_run.called("tiny")


def test_the_record_holds_every_kind_of_image(run, pictures):
    assert spectra.measure(run) == run.folder
    record = run.record()
    assert record.run == run
    assert (run.identity() | run.inputs()).items() <= record.made_from().items()
    assert list(record.images) == list(record.curves) == ["digits", SQUARES, BROUGHT_DOWN]
    assert record.images["digits"] == len(labelled.load("digits").test_images)
    assert record.images[SQUARES] == sum((lr.shape[1] // 8) * (lr.shape[2] // 8) for lr in pictures.lr)
    assert record.images[BROUGHT_DOWN] == len(pictures.hr)
    mean = variance_profiles(labelled.load("digits").test_images).mean(0)
    assert record.curves["digits"]["mean"] == pytest.approx(mean.tolist(), abs=1e-5)


def test_the_fine_share_is_that_of_the_power_beyond_a_quarter(run):
    spectra.measure(run)
    shares = []
    for image in labelled.load("digits").test_images:
        frequency, power = radial_profile(image)
        weight = frequency * power
        shares.append(float(weight[frequency > 0.25].sum() / weight.sum()))
    record = run.record()
    assert record.metrics["digits/fine_share"] == pytest.approx(statistics.mean(shares), abs=1e-4)
    assert record.deviations["digits"] == pytest.approx(statistics.stdev(shares))


def test_it_is_measured_once(run):
    folder = spectra.measure(run)
    before = (folder / "record.json").stat().st_mtime_ns
    spectra.measure(run)
    assert (folder / "record.json").stat().st_mtime_ns == before


def test_it_is_computed_again_and_an_edited_number_is_found(run):
    publish.publish(spectra.measure(run))
    (record,) = published.everything(SpectraRecord)
    place = f"spectra/{record.name}"
    assert derived.problems({place: record}) == {place: []}
    assert verify.judge(recompute.again(record))[0] == "identical"
    record.curves["digits"]["mean"][3] += 0.001
    (found,) = derived.problems({place: record}).values()
    assert any("fine_share" in each for each in found)
    assert any("add up" in each for each in found)
    assert verify.judge(recompute.again(record))[0] == "differs"
    record.images[SQUARES] += 1
    assert any("images" in each for each in derived.problems({place: record})[place])


def test_what_is_missing_is_named(run, monkeypatch):
    monkeypatch.setenv("HFSR_DATA", "nowhere")
    with pytest.raises(UserError, match="nowhere"):
        spectra.measure(run)


def test_photographs_are_cut_from_their_halves(run, pictures):
    kinds, digests = spectra.images_of(run)
    assert digests == run.inputs()["data_digest"]
    assert torch.equal(kinds[SQUARES][0], photographs.load(run.recipe.data).lr[0][:, :8, :8])
    assert torch.equal(kinds[BROUGHT_DOWN][0], brought_down(pictures.hr[0], 8))


@pytest.mark.parametrize("recipe", ["paper", "vdsr"])
def test_other_recipes_are_refused_in_one_line(hfsr, recipe):
    code, _, said = hfsr("spectra", recipe)
    assert (code, said.count("\n")) == (2, 1)
    assert "bench" in said


def test_a_folder_that_cannot_be_used_is_refused_before_anything_is_read(run, tmp_path, monkeypatch):
    def read(*_):
        raise AssertionError("nothing is to be read")

    monkeypatch.setattr(spectra, "images_of", read)
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="file: cannot be written"):
        spectra.measure(run, tmp_path / "file")
