"""Upscaling x2 by a published network beside a peer of the same size, Real-ESRGAN's compact network as spandrel has it.

``pip install spandrel``, then ``python benchmarks/peer.py``, which takes five minutes on two cores. Both compute in float32, in
one process, on as many threads, a whole picture at once and turn by turn. The peer's weights are random: time does not depend
on them. It is timed in both layouts of memory; the published networks are channels last as they are loaded.
"""

import importlib
import statistics
import time

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from hfsr import load_model
from hfsr.cli.console import in_one_line
from hfsr.errors import UserError
from hfsr.models import parameters
from hfsr.report import timings

OURS = "wdsr-a1-5"
SIDE = 512  # of the small picture: about a megapixel comes out
REPETITIONS = 5


def peer() -> nn.Module:
    """16 convolutions of 64 channels with PReLU on a nearest-neighbour shortcut (SRVGGNetCompact), for x2."""
    importlib.import_module("hfsr.data.torchvision")  # spandrel's own import of it fails beside a CPU build of torch
    try:
        compact = importlib.import_module("spandrel.architectures.Compact")
    except ModuleNotFoundError as error:
        raise UserError("benchmarks/peer.py needs spandrel: pip install spandrel") from error
    return compact.Compact(num_feat=64, num_conv=16, upscale=2).eval()


def multiplications(network: nn.Module, side: int = 64) -> float:
    """Multiplications of the convolutions for one pixel of the large picture."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 3, side, side))
    return counter.get_total_flops() / 2 / (2 * side) ** 2


@torch.inference_mode()
def seconds(networks: dict[str, nn.Module], side: int, repetitions: int) -> dict[str, list[float]]:
    """Durations of single calls, turn by turn after a round that does not count, per megapixel of the large picture."""
    picture = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(0))
    took: dict[str, list[float]] = {name: [] for name in networks}
    for _ in range(repetitions + 1):
        for name, network in networks.items():
            start = time.perf_counter()
            network(picture)
            took[name].append((time.perf_counter() - start) / ((2 * side) ** 2 / 1e6))
    return {name: durations[1:] for name, durations in took.items()}


def compare(side: int = SIDE, repetitions: int = REPETITIONS) -> list[dict[str, object]]:
    torch.manual_seed(0)
    networks = {
        f"hfsr {OURS}": load_model(OURS),
        "Compact": peer(),
        "Compact, channels last": peer().to(memory_format=torch.channels_last),
    }
    took = seconds(networks, side, repetitions)
    ours = statistics.median(took[f"hfsr {OURS}"])
    return [
        {
            "network, x2": name,
            "parameters": parameters(network),
            "multiplications a pixel": round(multiplications(network)),
            "median s/Mpix": round(statistics.median(took[name]), 3),
            "fastest": round(min(took[name]), 3),
            "slowest": round(max(took[name]), 3),
            "times hfsr's": round(statistics.median(took[name]) / ours, 2),
            "n": len(took[name]),
        }
        for name, network in networks.items()
    ]


def main() -> None:
    options = timings.parser(__doc__).parse_args()
    default = torch.get_num_threads()
    tables = {}
    for threads in dict.fromkeys((default, 1)):
        torch.set_num_threads(threads)
        tables[f"{threads} thread{'s' * (threads > 1)}, {SIDE}x{SIDE} pixels in, float32"] = compare()
    torch.set_num_threads(default)  # which the record's first line names
    timings.report("peer", tables, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
