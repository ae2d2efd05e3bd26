import dataclasses
import functools

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from hfsr import paths
from hfsr.classifiers import ResNet
from hfsr.data import labelled
from hfsr.errors import UserError
from hfsr.files import read_json, sha256, write_json
from hfsr.models import WDSR, store
from hfsr.studies import classify, correctness, recipes, records, upscaler
from hfsr.studies.classification import Classification, ClassifyRecord
from hfsr.studies.records import RECORD, WEIGHTS
from hfsr.studies.upscaler import BICUBIC, ORIGINAL
from hfsr.studies.upscaling import upscale_images
from hfsr.training import augment, hardware, loop
from hfsr.training.augment import Batches, crop_and_flip
from hfsr.training.augmentation import AUGMENTATION

PUBLISHED = paths.results() / "superres" / "wdsr-a1-5.json"
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


def publish(seed):
    """Publish a network with its record, named "wdsr-a1-5": the digest of its weights."""
    torch.manual_seed(seed)
    weights = paths.weights() / "wdsr-a1-5.safetensors"
    store.save(weights, WDSR(blocks=1))
    write_json(
        paths.results() / "superres" / PUBLISHED.name, read_json(PUBLISHED) | {"weights_sha256": sha256(weights)}
    )
    return sha256(weights)


@pytest.fixture
def published():
    """A published network with its record, named "wdsr-a1-5": the digest of its weights."""
    return publish(seed=0)


def train(dataset=None, method="original", recipe="tiny", seed=0, steps=None, out=None):
    """A run of a recipe, as the command line has it."""
    plan = recipes.classify(recipe)
    return classify.train(Classification(dataset or plan.dataset, upscaler.called(method), plan, seed, steps), out)


def read(run):
    return read_json(run / RECORD)


def weights(run):
    return store.load(run / WEIGHTS).state_dict()


def assert_same_weights(a, b):
    for name, value in weights(a).items():
        assert torch.equal(value, weights(b)[name]), name


def test_a_run_leaves_its_record(digits):
    run = train()
    record = read(run)
    assert run == paths.runs() / "classify" / "digits-original-tiny-s0"
    assert record["data"] == {"name": "digits", "images": 200, "test_images": 360, "digest": digits.digest}
    assert (record["study"], record["method"], record["alpha"], record["steps"]) == ("classify", "original", None, 6)
    assert record["augmentation"] == {"padding": 1, "flip": False}
    assert record["curve"][-1]["digits/accuracy_first_360"] == pytest.approx(record["metrics"]["digits/test_accuracy"])
    assert record["command"] == "hfsr classify --dataset digits --method original --recipe tiny --seed 0"
    assert record["images_per_second"] > 0
    assert record["precision"] == hardware.precision()


def test_the_record_is_what_the_stored_weights_give(digits):
    """The accuracy is measured on the float16 weights, and says for every test image whether it was right."""
    run = train(method="bicubic")
    record, model = read(run), store.load(run / WEIGHTS)
    with torch.inference_mode():
        answers = [
            model(augment.whiten(upscale_images("bicubic", image[None]))).argmax() for image in digits.test_images
        ]
    correct = (torch.stack(answers) == digits.test_labels).numpy()
    assert np.array_equal(correctness.unpack(record["correct"]["digits"], 360), correct)
    assert record["metrics"] == {"digits/test_accuracy": correct.mean()}


def test_the_same_settings_give_the_same_network(tmp_path):
    first, second = (train(out=tmp_path / name) for name in "ab")
    assert_same_weights(first, second)
    other = train(seed=1)
    assert not torch.equal(weights(first)["stem.weight"], weights(other)["stem.weight"])


def test_an_interrupted_run_goes_on_to_the_same_network(tmp_path, monkeypatch):
    whole = train(out=tmp_path / "whole")
    monkeypatch.setattr(loop, "fit", functools.partial(loop.fit, checkpoint_seconds=0))
    drawn = Batches.__call__

    def stopping(self, step):
        if step == 4:
            raise KeyboardInterrupt
        return drawn(self, step)

    monkeypatch.setattr(Batches, "__call__", stopping)
    with pytest.raises(KeyboardInterrupt):
        train(out=tmp_path / "parts")
    assert not (tmp_path / "parts" / RECORD).exists()
    steps = []
    monkeypatch.setattr(Batches, "__call__", lambda self, step: steps.append(step) or drawn(self, step))
    assert_same_weights(whole, train(out=tmp_path / "parts"))
    assert steps == [4, 5]


def test_a_finished_run_is_not_repeated(monkeypatch):
    run = train()
    monkeypatch.setattr(labelled, "load", None)
    assert train() == run


def test_a_folder_holds_one_run(tmp_path):
    train(out=tmp_path / "run")
    with pytest.raises(UserError, match="method = 'original', not 'bicubic'"):
        train(method="bicubic", out=tmp_path / "run")


def test_runs_of_other_lengths_lie_side_by_side():
    run = train(steps=2)
    assert run.name == "digits-original-tiny-s0-2-steps"
    assert read(run)["command"].endswith("--seed 0 --steps 2")


def test_a_network_upscales_the_images(published, monkeypatch):
    seen = []
    monkeypatch.setattr(
        classify, "evaluate", lambda model, images, labels: seen.append(images) or (0.5, np.zeros(len(labels), bool))
    )
    record = read(train(method="wdsr-a1-5", steps=1))
    assert (record["alpha"], record["mask"]) == (0.2, "high")
    assert record["enlarger_sha256"] == published
    assert all(images.shape[-2:] == (16, 16) for images in seen)


def test_several_processes_need_the_upscaled_set_beforehand(monkeypatch, digits):
    monkeypatch.setattr(classify.processes, "count", lambda: 2)
    with pytest.raises(
        UserError, match="no upscaled set is here; first run `hfsr upscale digits --model bicubic` in one"
    ):
        classify.images(digits, BICUBIC)


def test_original_images_stay_as_they_are(digits):
    train_images, test_images = classify.images(digits, ORIGINAL)
    assert train_images is digits.train_images
    assert test_images is digits.test_images
    assert not (paths.runs() / "upscaled").exists()


def test_a_republished_network_makes_another_run(published):
    run = train(method="wdsr-a1-5", steps=1)
    torch.manual_seed(1)
    store.save(paths.weights() / "wdsr-a1-5.safetensors", WDSR(blocks=1))
    with pytest.raises(UserError, match="stale"):
        train(method="wdsr-a1-5", steps=1)
    new = publish(seed=1)
    with pytest.raises(
        UserError, match=f"{run}: holds a finished run with enlarger_sha256 = '{published}', not '{new}'"
    ):
        train(method="wdsr-a1-5", steps=1)


def test_a_published_record_is_stale_when_its_upscaler_changes(published):
    record = records.read(train(method="wdsr-a1-5", steps=1) / RECORD, ClassifyRecord)
    assert record.problems() == []
    torch.manual_seed(1)
    store.save(paths.weights() / "wdsr-a1-5.safetensors", WDSR(blocks=1))
    assert record.problems() == ["weights wdsr-a1-5 have changed or are missing"]


def test_a_network_without_a_record_is_refused():
    store.save(paths.weights() / "wdsr.safetensors", WDSR(blocks=1))
    with pytest.raises(UserError, match=r"wdsr.json: no such file"):
        train(method="wdsr")


MISTAKES = [
    ({"dataset": "imagenet"}, "no labelled set is called 'imagenet': choose one of digits, cifar10, cifar100"),
    ({"method": "edsr"}, "no method is called 'edsr': choose one of original, bicubic"),
    ({"recipe": "grand"}, "choose one of quick, bench, paper, long"),
    ({"seed": -1}, "a whole number from 0 to"),
    ({"steps": 0}, "at least 1 iteration, not 0"),
]


@pytest.mark.parametrize(("mistake", "message"), MISTAKES, ids=[str(mistake) for mistake, _ in MISTAKES])
def test_mistakes_are_named_before_anything_is_written(mistake, message):
    with pytest.raises(UserError, match=message) as error:
        train(**({"recipe": "quick"} | mistake))
    assert "\n" not in str(error.value)
    assert not paths.runs().exists()


def test_a_depth_that_no_resnet_has_is_refused(monkeypatch):
    monkeypatch.setitem(recipes.CLASSIFY, "tiny", dataclasses.replace(TINY, depth=12))
    with pytest.raises(UserError, match="9n"):
        train()


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
    accuracy, correct = classify.evaluate(model, images, labels, batch=50)
    few_at_once = classify.evaluate(model, images, labels, batch=7)
    assert few_at_once[0] == accuracy == correct.mean()
    assert np.array_equal(few_at_once[1], correct)
    assert correct.shape == (50,)


def test_a_whole_cifar_set_needs_no_other_code(digits, monkeypatch):
    """Images of 32x32 pixels, flips and a padding of 4: the same path, tried on digits made larger."""
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
    record = read(train())
    assert record["augmentation"] == {"padding": 4, "flip": True}
    assert 0 <= record["metrics"]["cifar10/test_accuracy"] <= 1


@pytest.mark.slow
def test_the_quick_recipe_learns_the_digits():
    assert read(train(recipe="quick"))["metrics"]["digits/test_accuracy"] >= 0.95
