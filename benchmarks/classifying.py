"""Throughput of the classifier's training: hfsr beside the plain loop of torchvision's data set, transforms and DataLoader.

Both train the same pre-activation ResNet on 64 images of 64x64 an update, batches included. The plain loop is in float32 and
contiguous, and crops, mirrors and whitens image by image; hfsr keeps uint8 and does all three to the batch, in bf16 where
the processor has it. ``python benchmarks/classifying.py`` takes two minutes on two cores; ``--depths 164`` takes much longer.
"""

from collections.abc import Callable, Iterator
from itertools import count

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from training import percent, seconds

from hfsr.classifiers import ResNet
from hfsr.cli.console import in_one_line
from hfsr.data.torchvision import torchvision
from hfsr.report import timings
from hfsr.studies import classify, recipes
from hfsr.training import hardware, processes
from hfsr.training.augment import Batches
from hfsr.training.augmentation import AUGMENTATION
from hfsr.training.step import Step

SIDE, IMAGES = 64, 2000
BATCH = recipes.classify("paper").batch
PADDING = AUGMENTATION["cifar10"].padding


class Enlarged(torchvision.datasets.CIFAR10):  # type: ignore[misc, name-defined]
    """torchvision's CIFAR-10 with other images in it: what one gets by upscaling the array it holds."""

    def __init__(self, images: np.ndarray, labels: list[int]) -> None:
        transforms = torchvision.transforms
        self.data, self.targets, self.target_transform = images, labels, None
        self.transform = transforms.Compose(
            [
                transforms.RandomCrop(SIDE, padding=PADDING),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Lambda(lambda image: (image - image.mean()) / image.std()),
            ]
        )


def forever(loader: DataLoader[tuple[Tensor, Tensor]]) -> Iterator[tuple[Tensor, Tensor]]:
    while True:
        yield from loader


def plain_loop(depth: int, images: Tensor, labels: Tensor, workers: int, device: torch.device) -> Callable[[], None]:
    """One update of the plain loop."""
    data = Enlarged(images.permute(0, 2, 3, 1).contiguous().numpy(), labels.tolist())
    loader = DataLoader(
        data, BATCH, shuffle=True, drop_last=True, num_workers=workers, pin_memory=device.type == "cuda"
    )
    model = ResNet(depth).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=2e-4)
    batches = forever(loader)

    def update() -> None:
        inputs, targets = next(batches)
        loss = nn.functional.cross_entropy(model(inputs.to(device)), targets.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()

    return update


def hfsr_loop(
    depth: int, images: Tensor, labels: Tensor, device: torch.device, compiled: bool = False
) -> Callable[[], None]:
    """One update as `hfsr.training.loop` makes it; the loss is read back, so that its duration is all of it."""
    hardware.keep_memory()
    plan = recipes.classify("paper")
    batches = Batches(images, labels, BATCH, AUGMENTATION["cifar10"], 0, device)
    model = ResNet(depth).to(device, memory_format=torch.channels_last)
    accelerator = processes.accelerator()
    model, optimizer = accelerator.prepare(model, classify.optimiser(model, plan.momentum, plan.weight_decay))
    step = Step(
        torch.compile(model) if compiled else model,
        optimizer,
        lambda model, batch: classify.batch_loss(model, batch, PADDING),
        accelerator,
    )
    steps = count()

    def update() -> None:
        step(batches(next(steps)), rate=0.1)
        step.total.item()

    return update


def traffic(depth: int) -> float:
    """Bytes that an update moves: each layer's input read and its output written, and on the way back half as much again.

    Two bytes an element in bf16, four in float32. Layers are not fused, nothing stays in a cache; of the sums at the
    blocks' ends only what a shortcut's identity would read and write is counted.
    """
    model, elements = ResNet(depth), 0

    def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal elements
        elements += inputs[0].numel() + output.numel()

    for layer in model.modules():
        if not list(layer.children()):
            layer.register_forward_hook(count)
    with torch.inference_mode():
        model.eval()(torch.zeros(1, 3, SIDE, SIDE))
    return 2.5 * elements * BATCH * (2 if hardware.bf16_units() else 4)


def copy_rate(device: torch.device) -> float:
    """Bytes a second that a large copy reads and writes."""
    source = torch.zeros(2**28 if device.type == "cuda" else 2**26, device=device)
    target = torch.empty_like(source)

    def copy() -> None:
        target.copy_(source)
        target[0].item()

    return 2 * source.numel() * source.element_size() / seconds(copy, 9)


def main() -> None:
    parser = timings.parser(__doc__)
    parser.add_argument("--repetitions", type=timings.count, default=7, help="updates timed of each loop")
    parser.add_argument("--depths", type=int, nargs="+", default=[20], help="of the ResNets; the paper's is 164")
    options = parser.parse_args()
    device, repetitions = hardware.device(), options.repetitions
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (IMAGES, SIDE, SIDE, 3), dtype=np.uint8)
    images, labels = torch.from_numpy(noise).permute(0, 3, 1, 2).contiguous(), torch.arange(IMAGES) % 10
    rate = copy_rate(device)
    tables: timings.Tables = {}

    def plain(depth: int, workers: int) -> float:
        return seconds(plain_loop(depth, images, labels, workers, device), repetitions)

    before = {depth: {workers: plain(depth, workers) for workers in (0, 2)} for depth in options.depths}
    for depth, tried in before.items():
        workers = min(tried, key=tried.__getitem__)
        durations = {f"plain loop, {workers} workers": tried[workers]}
        hardware.keep_memory()  # for the whole process, so all that is measured without stands above
        durations["the same, freed memory kept"] = plain(depth, workers)
        durations["hfsr"] = ours = seconds(hfsr_loop(depth, images, labels, device), repetitions)
        try:
            durations["hfsr with torch.compile (left off)"] = seconds(
                hfsr_loop(depth, images, labels, device, True), repetitions
            )
        except RuntimeError as error:
            print(f"torch.compile does not work here: {str(error).splitlines()[0]}")
        title = f"ResNet-{depth}, {BATCH} images of {SIDE}x{SIDE}"
        tables[title] = [
            {
                "loop": label,
                "ms an update": round(1000 * duration),
                "images/s": round(BATCH / duration, 1),
                "times hfsr's": round(duration / ours, 2),
                "n": repetitions,
            }
            for label, duration in durations.items()
        ]
        batches = Batches(images, labels, BATCH, AUGMENTATION["cifar10"], 0, device)
        prepared = seconds(lambda batches=batches: batches(1).images[0, 0, 0, 0].item(), 31)
        limit = traffic(depth) / rate
        tables[f"{title}: limits"] = [
            {"what": "batch from the uint8 array, % of an update", "measured": percent(prepared / ours)},
            {"what": "images/s if memory traffic at the rate of a copy were all", "measured": round(BATCH / limit)},
            {"what": "GB/s of a copy", "measured": round(rate / 1e9, 1)},
        ]
    timings.report("classifying", tables, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
