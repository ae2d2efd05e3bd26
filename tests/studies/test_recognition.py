import dataclasses
import math

import numpy as np
import pytest
import torch
from torch import nn

from hfsr import paths
from hfsr.analysis.agreement import error_profile
from hfsr.analysis.detail import above_kept
from hfsr.analysis.spectrum import png_bytes, radial_profile
from hfsr.data import labelled
from hfsr.errors import TakenError, UserError
from hfsr.files import exclusive, read_json, write_json
from hfsr.images import resize_bicubic
from hfsr.metrics import psnr
from hfsr.studies import classify, derived, grid, halves, publish, published, recipes, recognise, records, sources
from hfsr.studies.recognition import PLAIN, Recognition, RecognitionRecord
from hfsr.studies.records import RECORD
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun
from hfsr.studies.upscaling import upscale_images

QUICK = recipes.superres("quick")
NETWORK = sources.named("wdsr-a1-5")


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Runs and results of its own, with every classifier of the digits trained for two iterations."""
    folder = tmp_path_factory.mktemp("judged")
    with pytest.MonkeyPatch.context() as patch:
        for kind in ("runs", "results"):
            patch.setattr(paths, kind, lambda kind=kind: folder / kind)
        run = Recognition(QUICK, None, "nearest", 2)
        for part in run.parts:
            for judge in run.judges(part):
                classify.train(judge)
        yield run


class Brightest(nn.Module):
    """Answers with the channel that is brightest, of images that are not whitened away."""

    def __init__(self) -> None:
        super().__init__()
        self.none = nn.Parameter(torch.zeros(1))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.mean(dim=(2, 3)) + self.none


def test_every_row_and_every_seed_of_its_network_is_judged():
    names = list(grid.runs("recognition", "bench"))
    assert names[:4] == [f"{plain}-bench" for plain in PLAIN]
    trained = [run.name for run in grid.runs("superres", "bench").values() if run.is_trained]
    assert names[4:] == trained
    assert not any(name.startswith(PLAIN) for name in grid.runs("recognition", "long"))


def test_five_classifiers_judge_each_half_and_have_seen_the_other():
    run = Recognition(recipes.superres("bench"))
    assert run.parts == ("cifar10-even", "cifar10-odd", "cifar100-even", "cifar100-odd")
    for part in run.parts:
        assert [judge.seed for judge in run.judges(part)] == [0, 1, 2, 3, 4]
        assert {judge.dataset for judge in run.judges(part)} == {part}
    network = SuperresRun(Row("wdsr", "1/7"), run.recipe, seed=9)
    required = Recognition(run.recipe, network).requires
    assert required[0] == network
    assert len(required) == 1 + 20


def test_no_iterations_are_not_the_usual_ones():
    with pytest.raises(UserError, match="a run has at least 1 iteration, not 0"):
        Recognition(recipes.superres("bench"), judges_steps=0)


def test_halves_share_no_image_and_make_up_the_set():
    whole, even, odd = (labelled.load(name) for name in ("digits", "digits-even", "digits-odd"))
    assert torch.equal(even.train_images, odd.test_images)
    assert torch.equal(even.test_labels, odd.train_labels)
    images = torch.cat([whole.train_images, whole.test_images])
    both = torch.stack([even.train_images[:-1], even.test_images], dim=1).flatten(0, 1)
    assert torch.equal(both, images[:-1])
    assert len({whole.digest, even.digest, odd.digest}) == 3


def test_what_is_measured_is_what_a_loop_over_images_finds(monkeypatch):
    monkeypatch.setattr(recognise, "CHUNK", 3)
    torch.manual_seed(0)
    truth, labels = torch.randint(256, (5, 3, 8, 8), dtype=torch.uint8), torch.tensor([0, 1, 2, 0, 1])
    judge = Brightest()
    measured = recognise.judged("bicubic", truth, labels, [judge, judge])
    images = torch.stack([upscale_images("bicubic", resize_bicubic(one, 0.5)[None])[0] for one in truth])
    right = [image.double().mean(dim=(1, 2)).argmax() == label for image, label in zip(images, labels, strict=True)]
    expected = [np.mean(right[:3]), np.mean(right[3:])]
    for metric in ("accuracy", "accuracy_judge0", "accuracy_judge1"):
        assert measured[metric] == pytest.approx(expected, abs=1e-6)
    errors = [255**2 / 10 ** (psnr(a, b, 0, "rgb") / 10) for a, b in zip(images, truth, strict=True)]
    assert measured["psnr_rgb_border0"] == pytest.approx(
        [10 * math.log10(255**2 / np.mean(part)) for part in (errors[:3], errors[3:])], abs=1e-5
    )
    assert all(value < 1 for value in measured["recovered"])


def test_the_truth_recovers_all_and_has_no_psnr():
    truth, labels = torch.randint(256, (3, 3, 8, 8), dtype=torch.uint8), torch.tensor([0, 1, 2])
    measured = recognise.judged("truth", truth, labels, [Brightest()])
    assert measured["recovered"] == [1.0]
    assert "psnr_rgb_border0" not in measured


def test_a_classifier_that_is_missing_is_named_with_its_command(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "runs", lambda: tmp_path)
    command = "hfsr classify --dataset digits-even --method original --recipe compact-quick --seed 0"
    with pytest.raises(UserError, match=f"nearest-quick: .* not trained yet; .* trains all, `{command}` the first"):
        recognise.recognise(recognise.called("nearest-quick"))


@pytest.mark.parametrize("name", ["truth", "sharpened", "bicubic-"])
def test_a_row_without_a_network_needs_its_recipe(name):
    with pytest.raises(UserError, match=rf"^{name}: of which recipe\? Name it too, such as {name.rstrip('-')}-bench$"):
        recognise.called(name)


def test_networks_without_judges_are_refused():
    with pytest.raises(UserError, match="networks of recipe paper have no judges: choose one of quick, bench, long"):
        Recognition(recipes.superres("paper"))


@pytest.mark.parametrize("plain", ["truth", "sharpened"])
def test_a_record_reads_back_into_its_run(judged, plain):
    run = Recognition(QUICK, None, plain, 2)
    assert recognise.called(f"{plain}-quick", 2) == run
    assert run.name == f"{plain}-quick-judged-2-steps"
    assert run.command == f"hfsr recognise {plain}-quick --steps 2"
    folder = recognise.recognise(run)
    record = run.record()
    assert record.run == run
    assert (run.identity() | run.inputs()).items() <= record.made_from().items()
    assert record.data.images == 1797
    assert record.sharpening is None if plain == "truth" else record.sharpening["digits"] > 0
    assert derived.own(record) == []
    before = (folder / RECORD).stat().st_mtime_ns
    assert recognise.recognise(run) == folder  # finished
    assert (folder / RECORD).stat().st_mtime_ns == before


def stopped_at_the_second(run, folder, monkeypatch):
    """Measure one half and stop; the list of what every half is measured with, from the first on."""
    measure, calls = recognise.judged, []

    def stop_at_the_second(*given):
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return measure(*given)

    monkeypatch.setattr(recognise, "judged", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        recognise.recognise(run, folder)
    return calls


@pytest.mark.parametrize("plain", ["nearest", "sharpened"])
def test_what_was_stopped_goes_on_after_the_last_half_that_is_finished(judged, plain, monkeypatch, tmp_path):
    run = Recognition(QUICK, None, plain, 2)
    calls = stopped_at_the_second(run, tmp_path / "stopped", monkeypatch)
    recognise.recognise(run, tmp_path / "stopped")
    assert len(calls) == 3  # the first half is not measured again
    assert [path.name for path in (tmp_path / "stopped").glob("*.json")] == [RECORD]
    assert not (tmp_path / "stopped" / halves.FILE).exists()
    whole, resumed = (
        records.read(recognise.recognise(run, tmp_path / name) / RECORD, RecognitionRecord)
        for name in ("whole", "stopped")
    )
    assert dataclasses.replace(resumed, seconds=whole.seconds) == whole


def test_halves_of_another_network_are_measured_again(judged, tmp_path):
    halves.Halves(tmp_path, {"network": "another"}).add("digits-even", {"accuracy": [2.0]}, 1.0)
    recognise.recognise(judged, tmp_path)
    record = records.read(tmp_path / RECORD, RecognitionRecord)
    assert max(record.per_image["digits"]["accuracy"]) <= 1


def test_two_processes_do_not_measure_the_same(judged, tmp_path):
    with exclusive(tmp_path), pytest.raises(TakenError, match="another process is at work"):
        recognise.recognise(judged, tmp_path)


def test_an_edited_accuracy_is_found(judged):
    recognise.recognise(judged)
    path = judged.folder / RECORD
    content = read_json(path)
    content["per_image"]["digits"]["accuracy_judge0"][0] += 0.3
    write_json(path, content)
    assert any("digits/accuracy" in problem for problem in derived.own(judged.record()))


def test_a_networks_record_names_the_network_and_goes_stale_with_it(judged, monkeypatch):
    monkeypatch.setattr(sources, "of", lambda run: NETWORK)
    run = Recognition(QUICK, SuperresRun(Row("wdsr", "1/5"), QUICK), "truth", 2)
    recognise.recognise(run)
    record = run.record()
    assert record.run == run
    assert (record.of, record.network_sha256) == ("wdsr-a1-5", NETWORK.digest)
    assert record.problems() == ["run wdsr-a1-5, which it measured, has changed or is not published"]  # here it is not


def test_nothing_of_a_shortened_recipe_is_published(judged):
    recognise.recognise(judged)
    assert publish.publish_all("recognition", "quick") == []
    assert published.stale_or_not(RecognitionRecord) == {}


def test_detail_is_a_ratio_of_sums_and_bytes_are_an_images():
    torch.manual_seed(0)
    truth = torch.randint(256, (5, 3, 8, 8), dtype=torch.uint8)
    truth[0] //= 16  # one of little power
    found = recognise.judged("bicubic", truth, torch.zeros(5, dtype=torch.int64), [Brightest()])
    made = upscale_images("bicubic", resize_bicubic(truth, 0.5))
    wrong = sum(above_kept(error_profile(sr, hr)) for sr, hr in zip(made, truth, strict=True))
    power = sum(above_kept(radial_profile(hr)) for hr in truth)
    assert found["recovered"] == pytest.approx([1 - wrong / power], abs=1e-6)
    assert found["png_bytes"] == [sum(map(png_bytes, made)) / 5]


def test_halves_of_another_device_are_measured_again(judged, monkeypatch, tmp_path):
    run = Recognition(QUICK, None, "nearest", 2)
    calls = stopped_at_the_second(run, tmp_path, monkeypatch)
    monkeypatch.setattr(recognise.hardware, "describe", lambda: "another device")
    recognise.recognise(run, tmp_path)
    assert len(calls) == 2 + 2
