import dataclasses

import pytest
import torch

from hfsr.classifiers import Compact, ResNet
from hfsr.data import labelled
from hfsr.errors import UserError
from hfsr.studies import classification, classify, compact, recipes, upscaler
from hfsr.studies.classification import Classification
from hfsr.studies.upscaler import ORIGINAL, called
from hfsr.training import loop
from hfsr.training.augment import whiten

QUICK, COMPACT = recipes.classify("compact-quick"), recipes.classify("compact")
CPU = torch.device("cpu")


def test_a_classifiers_images_are_upscaled_by_the_network_of_its_seed():
    run = Classification("cifar10", called("wdsr-a1-5"), COMPACT, seed=3)
    assert (run.name, run.upscaler.name) == ("cifar10-wdsr-a1-5-compact-s3", "wdsr-a1-5-bench-s3")
    assert run.requires[0].command == "hfsr upscale cifar10 --model wdsr-a1-5-bench-s3"
    assert (run.identity()["method"], run.identity()["upscaler_seed"]) == ("wdsr-a1-5", 3)
    assert dataclasses.replace(run, seed=0).upscaler == called("wdsr-a1-5")
    sharpened = Classification("cifar10", called("sharpened"), COMPACT, seed=3)
    assert sharpened.upscaler == called("sharpened")
    assert "upscaler_seed" not in sharpened.identity()


def test_the_recipes_of_others_know_nothing_of_it():
    run = Classification("cifar10", called("wdsr-a1-5"), recipes.classify("bench"), seed=3)
    assert run.upscaler == called("wdsr-a1-5")
    assert not {"stem", "upscaler_seed"} & run.identity().keys()
    assert run.identity()["augmentation"] == {"padding": 4, "flip": True}


def test_equal_compute_by_the_stem_and_as_far_a_shift_in_the_image():
    original, large = (Classification("cifar10", called(name), COMPACT) for name in ("original", "bicubic"))
    assert (original.identity()["stem"], large.identity()["stem"]) == ("2x2", "4x4")
    assert (original.augmentation.padding, large.augmentation.padding) == (2, 4)
    assert original.work.training <= large.work.training < 1.07 * original.work.training
    full = Classification("cifar10", called("bicubic"), recipes.classify("compact-full"))
    assert full.identity()["stem"] == "2x2"
    assert full.work.training == pytest.approx(4 * original.work.training, rel=0.1)
    longer = Classification("cifar10", ORIGINAL, recipes.classify("compact-long"))
    assert longer.work.training == pytest.approx(4 * original.work.training)


def test_digits_are_not_mirrored():
    assert not Classification("digits", ORIGINAL, QUICK).augmentation.flip


def test_the_claim_in_question_has_ten_seeds():
    runs = classification.grid(COMPACT)
    for method, count in {"wdsr-a0": 10, "wdsr-a1-5": 10, "bicubic": 5, "original": 5}.items():
        assert sum((run.dataset, run.method) == ("cifar10", method) for run in runs) == count
    assert len({run.folder for run in runs}) == len(runs)


def test_patches_are_whitened_as_the_network_gets_them():
    images = torch.randint(256, (60, 3, 12, 12), dtype=torch.uint8)
    model = Compact((4, 8))
    compact.fit(model, images)
    values = model.whitening(whiten(images)).transpose(0, 1).flatten(1)
    assert values.square().mean(dim=1).tolist() == pytest.approx([1.0] * 12, abs=0.02)
    with pytest.raises(UserError, match="ResNet has no patches to whiten"):
        compact.fit(ResNet(11), images)


def test_the_loss_smooths_labels_and_reflects():
    task = classify.training(
        Classification("digits", ORIGINAL, QUICK),
        torch.randint(256, (80, 3, 8, 8), dtype=torch.uint8),
        torch.arange(80) % 10,
        10,
        CPU,
    )
    batch = task.batch(0)
    plain = classify.batch_loss(task.model, batch, 2, reflect=True)
    smoothed = classify.batch_loss(task.model, batch, 2, reflect=True, smoothing=QUICK.smoothing)
    assert task.loss(task.model, batch).item() == pytest.approx(smoothed.item())
    assert smoothed.item() != pytest.approx(plain.item(), abs=1e-6)


def test_a_short_training_leaves_a_record_that_reads_back(monkeypatch, tmp_path):
    monkeypatch.setenv("HFSR_RUNS", str(tmp_path))
    run = Classification("digits", upscaler.called("sharpened"), QUICK, steps=2)
    classify.train(run)
    record = run.record()
    assert record.run == run
    assert (record.stem, record.upscaler_seed) == ("4x4", None)
    assert run.upscaled.record().sharpening > 0
    assert record.problems() == []
    assert (run.identity() | run.inputs()).items() <= record.made_from().items()


def test_it_learns_the_digits(tmp_path):
    digits = labelled.load("digits")
    run = Classification("digits", ORIGINAL, QUICK)
    task = classify.training(run, digits.train_images, digits.train_labels, 10, CPU)
    log = loop.fit(task, tmp_path, {}, 30).log
    assert log[-1]["loss"] < log[0]["loss"] - 0.1
