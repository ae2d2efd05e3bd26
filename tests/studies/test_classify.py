import dataclasses
import functools
import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from hfsr import paths
from hfsr.data import labelled
from hfsr.errors import UserError
from hfsr.files import write_json
from hfsr.models import WDSR, ResNet, store
from hfsr.studies import classify, classify_runs, recipes, runs
from hfsr.studies.upscaling import enlarge
from hfsr.training import augment, loop
from hfsr.training.augment import AUGMENTATION, Batches, crop_and_flip

TINY = dataclasses.replace(recipes.classify("quick"), name="tiny", subset=200, batch=16, steps=6)


@pytest.fixture(scope="module")
def digits():
    return labelled.load("digits")


@pytest.fixture(autouse=True)
def tiny(monkeypatch, tmp_path):
    """A recipe of a second, and folders of its own for runs, weights and records."""
    monkeypatch.setitem(recipes.CLASSIFY, "tiny", TINY)
    for name in ("runs", "weights", "results"):
        monkeypatch.setattr(paths, name, lambda folder=tmp_path / name: folder)


@pytest.fixture
def published():
    """A published network with its record, named "wdsr-a1-5"."""
    torch.manual_seed(0)
    store.save(paths.weights() / "wdsr-a1-5.safetensors", WDSR(blocks=1))
    recipe = recipes.superres("quick")
    record = {
        "study": "superres",
        "name": "wdsr-a1-5",
        "model": "wdsr-a1-5",
        "method": "wdsr",
        "alpha": 0.2,
        "mask": "high",
    }
    record |= {"recipe": recipe.name, "recipe_digest": recipes.digest(recipe), "data": {"name": "elsewhere"}}
    record["weights_sha256"] = runs.sha256(paths.weights() / "wdsr-a1-5.safetensors")
    write_json(paths.results() / "superres" / "wdsr-a1-5.json", record | {"command": "hfsr train"})
    return record


def weights(run):
    return store.load(run / runs.WEIGHTS).state_dict()


def assert_same_weights(a, b):
    for name, value in weights(a).items():
        assert torch.equal(value, weights(b)[name]), name


def test_a_run_leaves_its_record(digits):
    run = classify.train(recipe="tiny")
    record = runs.read(run)
    assert run == paths.runs() / "classify" / "digits-original-tiny-s0"
    assert record["data"] == {"name": "digits", "images": 200, "test_images": 360, "digest": digits.digest}
    assert (record["study"], record["method"], record["alpha"], record["steps"]) == ("classify", "original", None, 6)
    assert record["augmentation"] == {"padding": 1, "flip": False}
    assert record["curve"][-1]["digits/accuracy_first_360"] == pytest.approx(record["metrics"]["digits/test_accuracy"])
    assert record["command"] == "hfsr classify --dataset digits --method original --recipe tiny --seed 0"
    assert record["images_per_second"] > 0


def test_the_record_is_what_the_stored_weights_give(digits):
    """The accuracy is measured on the float16 weights, and says for every test image whether it was right."""
    run = classify.train(recipe="tiny", method="bicubic")
    record, model = runs.read(run), store.load(run / runs.WEIGHTS)
    with torch.inference_mode():
        answers = [model(augment.whiten(enlarge("bicubic", image[None]))).argmax() for image in digits.test_images]
    correct = (torch.stack(answers) == digits.test_labels).numpy()
    assert np.array_equal(classify.unpack(record["correct"]["digits"], 360), correct)
    assert record["metrics"] == {"digits/test_accuracy": correct.mean()}


def test_the_same_settings_give_the_same_network(tmp_path):
    first, second = (classify.train(recipe="tiny", out=tmp_path / name) for name in "ab")
    assert_same_weights(first, second)
    other = classify.train(recipe="tiny", seed=1)
    assert not torch.equal(weights(first)["stem.weight"], weights(other)["stem.weight"])


def test_an_interrupted_run_goes_on_to_the_same_network(tmp_path, monkeypatch):
    whole = classify.train(recipe="tiny", out=tmp_path / "whole")
    monkeypatch.setattr(loop, "fit", functools.partial(loop.fit, checkpoint_seconds=0))
    drawn = Batches.__call__

    def stopping(self, step):
        if step == 4:
            raise KeyboardInterrupt
        return drawn(self, step)

    monkeypatch.setattr(Batches, "__call__", stopping)
    with pytest.raises(KeyboardInterrupt):
        classify.train(recipe="tiny", out=tmp_path / "parts")
    assert not (tmp_path / "parts" / runs.RECORD).exists()
    steps = []
    monkeypatch.setattr(Batches, "__call__", lambda self, step: steps.append(step) or drawn(self, step))
    assert_same_weights(whole, classify.train(recipe="tiny", out=tmp_path / "parts"))
    assert steps == [4, 5]


def test_a_finished_run_is_not_repeated(monkeypatch):
    run = classify.train(recipe="tiny")
    monkeypatch.setattr(labelled, "load", None)
    assert classify.train(recipe="tiny") == run


def test_a_folder_holds_one_run(tmp_path):
    classify.train(recipe="tiny", out=tmp_path / "run")
    with pytest.raises(UserError, match="method = 'original', not 'bicubic'"):
        classify.train(recipe="tiny", method="bicubic", out=tmp_path / "run")


def test_runs_of_other_lengths_lie_side_by_side():
    run = classify.train(recipe="tiny", steps=2)
    assert run.name == "digits-original-tiny-s0-2-steps"
    assert runs.read(run)["command"].endswith("--seed 0 --steps 2")


def test_a_network_enlarges_the_images(published, monkeypatch):
    seen = []
    monkeypatch.setattr(
        classify, "evaluate", lambda model, images, labels: seen.append(images) or {"accuracy": 0.5, "correct": ""}
    )
    record = runs.read(classify.train(recipe="tiny", method="wdsr-a1-5", steps=1))
    assert (record["alpha"], record["mask"]) == (0.2, "high")
    assert record["enlarger_sha256"] == published["weights_sha256"]
    assert all(images.shape[-2:] == (16, 16) for images in seen)


def test_several_processes_need_the_enlarged_set_beforehand(monkeypatch, digits):
    monkeypatch.setattr(classify.processes, "count", lambda: 2)
    with pytest.raises(
        UserError, match="no enlarged set is here; first run `hfsr upscale digits --model bicubic` in one"
    ):
        classify.images(digits, "bicubic")


def test_a_republished_network_makes_another_run(published):
    before = classify_runs.settings(method="wdsr-a1-5", recipe="tiny")
    run = classify.train(recipe="tiny", method="wdsr-a1-5", steps=1)
    torch.manual_seed(1)
    store.save(paths.weights() / "wdsr-a1-5.safetensors", WDSR(blocks=1))
    with pytest.raises(UserError, match="stale"):
        classify_runs.settings(method="wdsr-a1-5", recipe="tiny")
    after = before | {"enlarger_sha256": "another", "steps": 1}
    with pytest.raises(UserError, match="enlarger_sha256"):
        runs.finished(run, after)


def test_a_published_record_is_stale_when_its_enlarger_changes(published):
    record = runs.read(classify.train(recipe="tiny", method="wdsr-a1-5", steps=1)) | {"model": None}
    assert runs.check(record) == []
    torch.manual_seed(1)
    store.save(paths.weights() / "wdsr-a1-5.safetensors", WDSR(blocks=1))
    assert runs.check(record) == ["weights wdsr-a1-5 have changed or are missing"]


def test_a_network_without_a_record_is_refused():
    store.save(paths.weights() / "wdsr.safetensors", WDSR(blocks=1))
    with pytest.raises(UserError, match=r"wdsr.json: no such file"):
        classify_runs.settings(method="wdsr")


MISTAKES = [
    ({"dataset": "imagenet"}, "no labelled set is called 'imagenet': choose one of digits, cifar10, cifar100"),
    ({"method": "edsr"}, "no method is called 'edsr': choose one of original, bicubic"),
    ({"recipe": "grand"}, "choose one of quick, bench, paper, long"),
    ({"seed": -1}, "at least 0, not -1"),
    ({"steps": 0}, "at least 1 update, not 0"),
]


@pytest.mark.parametrize(("mistake", "message"), MISTAKES, ids=[str(mistake) for mistake, _ in MISTAKES])
def test_mistakes_are_named_before_anything_is_written(mistake, message):
    with pytest.raises(UserError, match=message) as error:
        classify.train(**mistake)
    assert "\n" not in str(error.value)
    assert not paths.runs().exists()


def test_a_depth_that_no_resnet_has_is_refused(monkeypatch):
    monkeypatch.setitem(recipes.CLASSIFY, "tiny", dataclasses.replace(TINY, depth=12))
    with pytest.raises(UserError, match="9n"):
        classify.train(recipe="tiny")


def test_every_labelled_set_has_its_augmentation():
    assert tuple(AUGMENTATION) == labelled.NAMES


def test_decay_acts_on_convolutions_and_the_dense_layers_weights():
    model = ResNet(11)
    decays = {}
    for group in classify.optimiser(model, 0.9, 2e-4).param_groups:
        assert group["momentum"] == 0.9
        decays |= {id(parameter): group["weight_decay"] for parameter in group["params"]}
    for name, parameter in model.named_parameters():
        expected = 2e-4 if parameter.ndim > 1 else 0.0  # biases, and batch norm's scales and shifts, have one dimension
        assert decays.pop(id(parameter)) == expected, name
    assert not decays


def test_the_loss_is_cross_entropy_on_whitened_crops(digits):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(192, 10))
    batch = Batches(digits.train_images, digits.train_labels, 8, AUGMENTATION["digits"], seed=0)(3)
    expected = []
    for image, label in zip(crop_and_flip(batch, 1).float(), batch.labels, strict=True):
        expected.append(-model(((image - image.mean()) / image.std(correction=0))[None]).log_softmax(1)[0, label])
    torch.testing.assert_close(classify.batch_loss(model, batch, 1), torch.stack(expected).mean())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert classify.batch_loss(model, batch, 1).dtype == torch.float32


def test_evaluation_does_not_depend_on_the_batch_size(digits):
    torch.manual_seed(0)
    model = ResNet(11).eval()
    images, labels = digits.test_images[:50], digits.test_labels[:50]
    all_at_once = classify.evaluate(model, images, labels, batch=50)
    assert all_at_once == classify.evaluate(model, images, labels, batch=7)
    assert all_at_once["accuracy"] == classify.unpack(all_at_once["correct"], 50).mean()


@given(st.lists(st.booleans(), min_size=1, max_size=50))
def test_packed_answers_come_back(values):
    packed = classify.pack(np.array(values))
    assert classify.unpack(packed, len(values)).tolist() == values
    assert len(packed) == 2 * -(-len(values) // 8)
    assert json.loads(json.dumps(packed)) == packed


def test_a_whole_cifar_set_needs_no_other_code(digits, monkeypatch):
    """Images of 32x32 pixels, flips and a padding of 4: the same path, tried on enlarged digits."""
    larger = [
        F.interpolate(part[:200].float(), scale_factor=4).byte() for part in (digits.train_images, digits.test_images)
    ]
    cifar = dataclasses.replace(
        digits,
        name="cifar10",
        train_images=larger[0],
        train_labels=digits.train_labels[:200],
        test_images=larger[1],
        test_labels=digits.test_labels[:200],
    )
    monkeypatch.setattr(labelled, "load", lambda name: {"cifar10": cifar}[name])
    monkeypatch.setitem(recipes.CLASSIFY, "tiny", dataclasses.replace(TINY, dataset="cifar10", subset=50, steps=2))
    record = runs.read(classify.train(recipe="tiny"))
    assert record["augmentation"] == {"padding": 4, "flip": True}
    assert 0 <= record["metrics"]["cifar10/test_accuracy"] <= 1


@pytest.mark.slow
def test_the_quick_recipe_learns_the_digits():
    assert runs.read(classify.train())["metrics"]["digits/test_accuracy"] >= 0.95
