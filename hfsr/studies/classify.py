"""The classification study (Section IV.C): enlarge a labelled set by a method, train a ResNet on it, test it."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate.utils import set_seed
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from hfsr.data import labelled
from hfsr.data.labelled import LabelledSet
from hfsr.errors import UserError
from hfsr.models import ResNet
from hfsr.studies import classify_runs, recipes, runs, upscaled
from hfsr.training import loop, processes
from hfsr.training.augment import AUGMENTATION, Batch, Batches, crop_and_flip, subset, whiten

WATCHED = 1000  # test images that the log is kept on while a run goes on; nothing is chosen by it


def batch_loss(model: nn.Module, batch: Batch, padding: int) -> Tensor:
    """Mean cross-entropy of one update, in float32; cropping, flipping and whitening happen here, on the device."""
    return F.cross_entropy(model(whiten(crop_and_flip(batch, padding))).float(), batch.labels)


def optimiser(model: nn.Module, momentum: float, weight_decay: float) -> torch.optim.SGD:
    """SGD whose weight decay acts on the weights of convolutions and of the dense layer: not on batch norm, nor on biases."""
    decayed = [layer.weight for layer in model.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    chosen = {id(weight) for weight in decayed}
    others = [parameter for parameter in model.parameters() if id(parameter) not in chosen]
    groups = [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.SGD(groups, lr=1.0, momentum=momentum)  # the engine sets the rate before every update


@torch.inference_mode()
def evaluate(model: nn.Module, images: Tensor, labels: Tensor, batch: int = 25) -> dict[str, Any]:
    """Classify test images, whitened but neither cropped nor flipped, in float32.

    Parameters
    ----------
    model : Module
        In evaluation mode.
    images : Tensor, (N, 3, H, W), uint8
    labels : Tensor, (N,), int64
    batch : int
        Images at a time.

    Returns
    -------
    dict
        ``accuracy``, in [0, 1]; ``correct``, one bit an image, see `unpack`.
    """
    device = next(model.parameters()).device
    batches = (whiten(part.to(device)).contiguous(memory_format=torch.channels_last) for part in images.split(batch))
    answers = torch.cat([model(inputs).argmax(dim=1).cpu() for inputs in batches])
    correct = (answers == labels).numpy()
    return {"accuracy": float(correct.mean()), "correct": pack(correct)}


def pack(correct: NDArray[np.bool_]) -> str:
    """Truth values as hexadecimal digits, four a digit: small enough for a record.

    Examples
    --------
    >>> pack(np.array([True, False, False, True, True])), unpack("98", 5).tolist()
    ('98', [True, False, False, True, True])
    """
    return np.packbits(correct).tobytes().hex()


def unpack(digits: str, count: int) -> NDArray[np.bool_]:
    """The `count` truth values behind `pack`'s digits."""
    return np.unpackbits(np.frombuffer(bytes.fromhex(digits), np.uint8), count=count).astype(bool)


def train(
    dataset: str | None = None,
    method: str = "original",
    seed: int = 0,
    recipe: str = "quick",
    steps: int | None = None,
    out: Path | str | None = None,
) -> Path:
    """Train one classifier, measure it, and leave a record; goes on where an interrupted run of the same settings stopped.

    Parameters
    ----------
    dataset : {"digits", "cifar10", "cifar100"}, optional
        By default the recipe's.
    method : str
        What enlarges training and test images: "original" (nothing does), "bicubic", or a published model.
    seed : int
        Of the network's first weights, the subset, the order and the crops.
    recipe : str
        A name in `hfsr.studies.recipes.CLASSIFY`.
    steps : int, optional
        Updates, where not the recipe's; the schedule is scaled to them.
    out : path, optional
        The run's folder; by default ``runs/classify/`` and a name made of the settings.

    Returns
    -------
    Path
        The run's folder: ``record.json``, ``weights.safetensors`` (float16), ``log.jsonl``, ``checkpoint.safetensors``.

    Raises
    ------
    UserError
        For settings that make no sense, data or a model that is not there, a checkpoint of another run, a loss that is not
        finite.
    """
    made = classify_runs.settings(dataset, method, seed, recipe, steps)
    plan, name, steps = recipes.classify(recipe), made["data"], made["steps"]
    run = Path(out) if out else runs.folder("classify", classify_runs.run_name(made))
    if runs.finished(run, made):
        return run

    data = labelled.load(name)
    chosen = subset(data.train_labels, len(data.classes), plan.subset, seed)
    train_images, test_images = images(data, method)
    set_seed(seed)
    model: nn.Module = ResNet(plan.depth, len(data.classes))
    augmentation = AUGMENTATION[name]

    def accuracy(model: nn.Module) -> dict[str, float]:
        watched, labels = test_images[:WATCHED], data.test_labels[:WATCHED]
        return {f"{name}/accuracy_first_{len(watched)}": evaluate(model, watched, labels)["accuracy"]}

    task = loop.Task(
        model=model,
        optimizer=optimiser(model, plan.momentum, plan.weight_decay),
        rate=lambda step: plan.schedule.rate(step, steps),
        batch=Batches(train_images[chosen], data.train_labels[chosen], plan.batch, augmentation, seed),
        loss=lambda model, batch: batch_loss(model, batch, augmentation.padding),
        images=plan.batch,
        watch=accuracy,
        checks=4,
    )
    progress = loop.fit(task, run, made | {"data_digest": data.digest}, steps)

    if processes.is_main():
        device = next(model.parameters()).device
        measured = evaluate(runs.save_weights(run, model).to(device), test_images, data.test_labels)
        runs.write_record(
            run,
            made | {"correct": {name: measured["correct"]}},
            data={"name": name, "images": len(chosen), "test_images": len(test_images), "digest": data.digest},
            progress=progress,
            images=plan.batch,
            metrics={f"{name}/test_accuracy": measured["accuracy"]},
            per_image={},
            command=classify_runs.command(made),
        )
    processes.wait()
    return run


def images(data: LabelledSet, method: str) -> tuple[Tensor, Tensor]:
    """Training and test images of a set, as they are or enlarged; an enlarged set is made once and kept.

    Raises
    ------
    UserError
        If the set is not there and several processes train: all but one would wait for it longer than they may.
    """
    if method == "original":
        return data.train_images, data.test_images
    folder = upscaled.folder(data.name, method)
    if not (folder / runs.RECORD).exists():
        if processes.count() > 1:
            raise UserError(
                f"{folder}: no enlarged set is here; first run `{upscaled.command(data.name, method)}` in one process"
            )
        upscaled.make(data, method, progress=True)
    return upscaled.read(folder, data, method)
