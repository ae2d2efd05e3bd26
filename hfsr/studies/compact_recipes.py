"""Recipes with a small classifier near the paper's accuracy; `hfsr.studies.recipes` lists them with the others."""

from dataclasses import replace

from hfsr.studies.recipe import CompactRecipe
from hfsr.studies.rows import CLAIMED, Cell
from hfsr.training.schedule import Schedule

THREE, TEN = tuple(range(3)), tuple(range(10))  # seeds
PASSES = 10  # through the images
COMPACT = CompactRecipe(
    name="compact",
    dataset="cifar10",
    depth=8,
    subset=None,
    batch=256,
    steps=PASSES * 50_000 // 256,
    schedule=Schedule(peak=0.375, warmup=PASSES * 10_000 // 256, linear=True),
    momentum=0.85,
    weight_decay=1.3e-3,
    cells=(
        *(Cell("cifar10", method) for method in ("original", "bicubic", "sharpened")),
        *(Cell("cifar10", method, TEN) for method in ("wdsr-a0", "wdsr-a1-5")),
        Cell("cifar10", "wdsr-a1-5-random"),
        *(Cell("cifar100", method, THREE) for method in CLAIMED),
    ),
    seeds=(0, 1, 2, 3, 4),
)
# The same network at either size: four times the compute where images are upscaled.
COMPACT_FULL = replace(
    COMPACT,
    name="compact-full",
    is_strided=False,
    cells=tuple(Cell("cifar10", method) for method in ("bicubic", "wdsr-a0", "wdsr-a1-5")),
    seeds=THREE,
)
# Its control: the original size with as much compute, in four times as many epochs. CIFAR-100 shows how far the network gets.
COMPACT_LONG = replace(
    COMPACT,
    name="compact-long",
    steps=4 * COMPACT.steps,
    schedule=replace(COMPACT.schedule, warmup=4 * COMPACT.schedule.warmup),
    cells=(Cell("cifar10", "original"), Cell("cifar100", "original")),
    seeds=THREE,
)
# The judges of study "recognition": of each half of a set's images, for the other half.
COMPACT_HALF = replace(
    COMPACT,
    name="compact-half",
    dataset="cifar10-even",
    steps=PASSES * 30_000 // 256,
    schedule=replace(COMPACT.schedule, warmup=PASSES * 6_000 // 256),
    cells=tuple(Cell(f"{name}-{half}", "original") for name in ("cifar10", "cifar100") for half in ("even", "odd")),
)
# All of this in seconds, on digits, with one block: more would pool 8x8 pixels away.
COMPACT_QUICK = replace(
    COMPACT,
    name="compact-quick",
    dataset="digits",
    batch=64,
    steps=300,
    schedule=replace(COMPACT.schedule, warmup=60),
    networks="quick",
    widths=(32,),
    cells=(
        *(Cell("digits", method) for method in ("original", "bicubic", "sharpened")),
        *(Cell(f"digits-{half}", "original", (0, 1)) for half in ("even", "odd")),
    ),
    seeds=(0,),
)
ALL = {each.name: each for each in (COMPACT, COMPACT_FULL, COMPACT_LONG, COMPACT_HALF, COMPACT_QUICK)}
