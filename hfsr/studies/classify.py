"""The classification study (Section IV.C): upscale a labelled set by a method, train a ResNet on it, test it."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from accelerate.utils import set_seed
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from hfsr.data import labelled
from hfsr.data.labelled import LabelledSet
from hfsr.errors import UserError
from hfsr.studies import compact, contents, correctness, provenance, records, upscaled
from hfsr.studies.classification import Classification, ClassifyRecord
from hfsr.studies.recipe import CompactRecipe
from hfsr.studies.records import Data, Settings
from hfsr.studies.upscaled_set import UpscaledSet
from hfsr.studies.upscaler import ORIGINAL, Upscaler
from hfsr.training import hardware, loop, processes, sharing
from hfsr.training.augment import Batch, Batches, crop_and_flip, subset, whiten

WATCHED = 1000  # test images that the log is kept on while a run goes on; nothing is chosen by it


def batch_loss(model: nn.Module, batch: Batch, padding: int, reflect: bool = False, smoothing: float = 0.0) -> Tensor:
    """Mean cross-entropy of one iteration, in float32; cropping, flipping and whitening happen here, on the device.

    The padding is reflected or zeros, see `hfsr.training.augment.crop_and_flip`; `smoothing` is what of a label's one is shared
    out among all classes.

    Examples
    --------
    >>> from hfsr.classifiers import ResNet
    >>> digits, corner = torch.zeros(2, 3, 8, 8, dtype=torch.uint8), torch.tensor([1, 1])
    >>> batch = Batch(digits, torch.tensor([3, 7]), top=corner, left=corner, flip=torch.tensor([False, False]))
    >>> batch_loss(ResNet(11, 10), batch, padding=1).shape
    torch.Size([])
    """
    scores = model(whiten(crop_and_flip(batch, padding, reflect))).float()
    return F.cross_entropy(scores, batch.labels, label_smoothing=smoothing)


def optimiser(model: nn.Module, momentum: float, weight_decay: float) -> torch.optim.SGD:
    """SGD whose weight decay acts on the weights of convolutions and of the dense layer: not on batch norm, nor on biases.

    Examples
    --------
    >>> from hfsr.classifiers import ResNet
    >>> [group["weight_decay"] for group in optimiser(ResNet(11, 10), 0.9, 2e-4).param_groups]
    [0.0002, 0.0]
    """
    decayed = [layer.weight for layer in model.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    chosen = {id(weight) for weight in decayed}
    others = [parameter for parameter in model.parameters() if id(parameter) not in chosen]
    groups = [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.SGD(groups, lr=1.0, momentum=momentum)  # the loop sets the rate before every iteration


@torch.inference_mode()
def evaluate(model: nn.Module, images: Tensor, labels: Tensor, batch: int = 25) -> tuple[float, NDArray[np.bool_]]:
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
    accuracy : float in [0, 1]
    correct : array of bool, (N,)

    Examples
    --------
    >>> from hfsr.classifiers import ResNet
    >>> images, labels = torch.zeros(4, 3, 8, 8, dtype=torch.uint8), torch.tensor([0, 1, 1, 1])
    >>> accuracy, correct = evaluate(ResNet(11, 10).eval(), images, labels)
    >>> correct.shape, accuracy == correct.mean()
    ((4,), np.True_)
    """
    device = next(model.parameters()).device
    batches = (whiten(part.to(device)).contiguous(memory_format=torch.channels_last) for part in images.split(batch))
    answers = torch.cat([model(inputs).argmax(dim=1).cpu() for inputs in batches])
    correct = (answers == labels).numpy()
    return float(correct.mean()), correct


def train(run: Classification, out: Path | str | None = None) -> Path:
    """Train one classifier, measure it, and leave a record; goes on where an interrupted run of the same settings stopped.

    Parameters
    ----------
    run : Classification
    out : path, optional
        The run's folder; by default ``runs/classify/`` and its name.

    Returns
    -------
    Path
        The run's folder: ``record.json``, ``weights.safetensors`` (float16), ``log.jsonl``, ``checkpoint.safetensors``.

    Raises
    ------
    UserError
        For data or a network that is not there, a checkpoint of another run, a loss that is not finite; for a folder for
        temporary files that cannot take the images, where several processes train.

    Examples
    --------
    >>> import tempfile
    >>> from hfsr.studies import recipes
    >>> run = Classification("digits", ORIGINAL, recipes.classify("quick"), steps=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(sorted(path.name for path in train(run, folder).glob("[!.]*")))
    ['checkpoint.safetensors', 'log.jsonl', 'record.json', 'weights.safetensors']
    """
    folder, recipe, name = Path(out) if out else run.folder, run.recipe, run.dataset
    network = _network(run)
    if run.finished_in(folder, network):
        return folder

    labels, ((train_images,), (test_images,)) = sharing.shared(lambda: _read(run))
    task = training(run, train_images, labels.train, labels.classes, hardware.device())

    def accuracy(model: nn.Module) -> dict[str, float]:
        watched = test_images[:WATCHED]
        return {f"{name}/accuracy_first_{len(watched)}": evaluate(model, watched, labels.test[:WATCHED])[0]}

    task.watch = accuracy
    settings = run.identity() | network
    with processes.alone(folder):
        progress = loop.fit(task, folder, settings | {"data_digest": labels.digest}, run.steps)
        if processes.is_main():  # the others leave: measuring may take longer than they are allowed to wait
            saved = contents.save_weights(folder, task.model).to(next(task.model.parameters()).device)
            share, correct = evaluate(saved, test_images, labels.test)
            measured: Settings = {
                "data": Data(name=name, images=len(train_images), test_images=len(test_images), digest=labels.digest),
                "metrics": {f"{name}/test_accuracy": share},
                "per_image": {},
                "correct": {name: correctness.pack(correct)},
            }
            trained = contents.training(folder, progress, run.steps, recipe.batch)
            origin = provenance.origin(run.command, progress.devices)
            records.write(folder, records.made(ClassifyRecord, settings, trained, vars(origin), measured))
    return folder


class _Labels(NamedTuple):
    """What a run needs of a labelled set beside its images."""

    train: Tensor
    test: Tensor
    classes: int
    digest: str


def _read(run: Classification) -> tuple[_Labels, list[list[Tensor]]]:
    """A run's labels, and its images, upscaled: those to train on, and all to test on."""
    data = labelled.load(run.dataset)
    chosen = subset(data.train_labels, len(data.classes), run.recipe.subset, run.seed)
    train_images, test_images = images(data, run.upscaler)
    labels = _Labels(data.train_labels[chosen], data.test_labels, len(data.classes), data.digest)
    return labels, [[train_images[chosen]], [test_images]]


def training(run: Classification, images: Tensor, labels: Tensor, classes: int, device: torch.device) -> loop.Task:
    """Network, batches and loss of a run that trains on these images; nothing is watched.

    Parameters
    ----------
    run : Classification
    images : Tensor, (N, 3, H, W), uint8
    labels : Tensor, (N,), int64
        In ``[0, classes)``.
    classes : int
    device : torch.device
        Where batches are made, and the images kept if it is a GPU.

    Examples
    --------
    >>> from hfsr.studies import grid
    >>> run, digits = grid.runs("classify", "quick")["digits-original-quick-s0"], labelled.load("digits")
    >>> training(run, digits.train_images, digits.train_labels, 10, torch.device("cpu")).images
    64
    """
    recipe, augmentation = run.recipe, run.augmentation
    set_seed(run.seed)
    model, smoothing = recipe.network(run.upscaler.factor, classes), 0.0
    if isinstance(recipe, CompactRecipe):
        compact.fit(model, images)
        optimizer, smoothing = compact.optimiser(model, recipe), recipe.smoothing
    else:
        optimizer = optimiser(model, recipe.momentum, recipe.weight_decay)
    return loop.Task(
        model=model,
        optimizer=optimizer,
        rate=lambda step: recipe.schedule.rate(step, run.steps),
        batch=Batches(images, labels, recipe.batch, augmentation, run.seed, device),
        loss=lambda model, batch: batch_loss(model, batch, augmentation.padding, augmentation.reflect, smoothing),
        images=recipe.batch,
        watch=lambda model: {},
        checks=4,
    )


def _network(run: Classification) -> Settings:
    """What a record says of the network that upscaled the images."""
    digest = run.upscaler.digest
    made = run.upscaler.record() if run.upscaler.is_network else None
    return {"alpha": made and made.alpha, "mask": made and made.mask, "enlarger_sha256": digest}


def images(data: LabelledSet, upscaler: Upscaler) -> tuple[Tensor, Tensor]:
    """Training and test images of a set, as they are or upscaled; an upscaled set is made once and kept.

    Raises
    ------
    UserError
        If the set is not there and several processes train: all but one would wait for it longer than they may.

    Examples
    --------
    >>> pictures, labels = torch.zeros(2, 3, 8, 8, dtype=torch.uint8), torch.tensor([0, 1])
    >>> data = LabelledSet("tiny", ("a", "b"), pictures, labels, pictures, labels, digest="")
    >>> images(data, ORIGINAL)[0] is pictures  # as they are
    True
    """
    if upscaler == ORIGINAL:
        return data.train_images, data.test_images
    upscaled_set = UpscaledSet(data.name, upscaler)
    if not upscaled_set.is_finished:
        if processes.count() > 1:
            raise UserError(
                f"{upscaled_set.folder}: no upscaled set is here; first run `{upscaled_set.command}` in one process"
            )
        upscaled.make(data, upscaler, progress=True)
    return upscaled.read(upscaled_set.folder, data, upscaler)
