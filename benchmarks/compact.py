"""Throughput of the compact classifier's training, beside what its convolutions alone take on one thread.

An iteration of recipe ``compact`` on 256 images of the original size, and of twice the side by either stem: batch, loss,
gradients and new weights, as `hfsr.training.loop` makes it. Beside it stand the same convolutions, forward and back, one after
the other on tensors of the same shapes and precision. ``python benchmarks/compact.py`` takes five minutes without bf16 units.
"""

import statistics
from collections.abc import Callable
from itertools import count

import torch
from batches import prepared
from torch import Tensor, nn
from torch.nn import functional as F
from training import matrix_rate, percent, seconds

from hfsr.cli.console import in_one_line
from hfsr.report import timings
from hfsr.studies import recipes, upscaler
from hfsr.studies.classification import Classification
from hfsr.training import hardware

COMPACT, FULL = recipes.classify("compact"), recipes.classify("compact-full")
RUNS = {
    "32x32": Classification("cifar10", upscaler.ORIGINAL, COMPACT),
    "64x64, patches of 4x4": Classification("cifar10", upscaler.BICUBIC, COMPACT),
    "64x64, patches of 2x2": Classification("cifar10", upscaler.BICUBIC, FULL),
}


def convolutions(model: nn.Module, images: Tensor, dtype: torch.dtype) -> tuple[Callable[[], None], float]:
    """All convolutions of a training iteration and nothing else, and their FLOP.

    The stem's patches learn nothing and run forward only.
    """
    found: list[tuple[Tensor, Tensor, dict[str, object], Tensor | None]] = []

    def keep(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        is_stem = not isinstance(layer, nn.Conv2d)
        weight = layer.directions if is_stem else layer.weight
        settings = {"stride": layer.stride, "padding": 0 if is_stem else layer.padding}
        like = {"dtype": dtype, "memory_format": torch.channels_last}
        is_learnt_from = len(found) > 1  # what the stem and the mixing get is no function of a weight
        entering = inputs[0].detach().to(**like).requires_grad_(is_learnt_from)
        back = None if is_stem else torch.randn_like(output, dtype=dtype).contiguous(memory_format=torch.channels_last)
        found.append((entering, weight.detach().to(**like).requires_grad_(not is_stem), settings, back))

    hooks = [
        layer.register_forward_hook(keep)
        for layer in model.modules()
        if isinstance(layer, nn.Conv2d) or layer is model.whitening
    ]
    with torch.no_grad():
        model(images)
    for hook in hooks:
        hook.remove()

    def all_of_them() -> None:
        for entering, weight, settings, back in found:
            output = F.conv2d(entering, weight, **settings)
            if back is not None:
                learnt = [each for each in (entering, weight) if each.requires_grad]
                torch.autograd.grad(output, learnt, back)
        output.sum().item()

    multiplications = 0.0
    for entering, weight, settings, back in found:
        places = F.conv2d(entering, weight, **settings)[:, 0].numel()
        multiplications += places * weight.numel() * (1 if back is None else 2 + entering.requires_grad)
    return all_of_them, 2 * multiplications


def measured(run: Classification, repetitions: int, device: torch.device) -> dict[str, str | int | float]:
    """An iteration of a run on noise; its loss is read back, so that its duration is all of it."""
    task, step = prepared(run, device)
    steps = count()

    def iteration() -> None:
        done = next(steps)
        step(task.batch(done), task.rate(done))
        step.total.item()

    batch = seconds(lambda: task.batch(next(steps)).labels[0].item(), 31)
    dtype = torch.bfloat16 if hardware.bf16_units() else torch.float32
    alone, operations = convolutions(task.model, task.batch(0).images.float(), dtype)
    iteration()  # its warm-up
    # In turn, so that a clock that changes meanwhile changes both.
    pairs = [(seconds(iteration, 1, warm=0), seconds(alone, 1, warm=1)) for _ in range(repetitions)]
    whole, convolved = map(statistics.median, zip(*pairs, strict=True))
    return {
        "s an iteration": round(whole, 3),
        "s its convolutions": round(convolved, 3),
        "ratio": round(statistics.median(each / conv for each, conv in pairs), 2),
        "% batch": percent(batch / whole),
        "images/s": round(task.images / whole),
        "GFLOP/s, convolutions": round(operations / convolved / 1e9, 1),
        "GFLOP/s, matrix product": round(matrix_rate(device, dtype) / 1e9, 1),
        "minutes a training": round(whole * run.steps / 60, 1),
        "n": repetitions,
    }


def main() -> None:
    parser = timings.parser(__doc__)
    parser.add_argument("--repetitions", type=timings.count, default=9, help="iterations timed")
    options = parser.parse_args()
    device = hardware.device()
    hardware.keep_memory()
    torch.set_num_threads(1)  # as where several trainings share a processor
    rows = [{"images": label, **measured(run, options.repetitions, device)} for label, run in RUNS.items()]
    timings.report("compact", {f"an iteration of {COMPACT.batch} images, 1 thread": rows}, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
