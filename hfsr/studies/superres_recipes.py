"""Recipes of networks that upscale; `hfsr.studies.recipes` lists them with the others."""

from dataclasses import replace

from hfsr.studies.recipe import SuperresRecipe
from hfsr.studies.rows import BESIDE, SOFT, SRCNN, TABLE_1, Row
from hfsr.training.schedule import Schedule

PUBLIC, BENCHMARKS = "t91+bsd200+bsds500-test", ("set5", "set14", "bsd100")
LOSSLESS = "t91+bsd200-halved+bsds500-test-halved+realsr-train"
MAIN = (Row("wdsr"), Row("wdsr", "1/5"))

REGISTERED = ("wdsr-a0", "wdsr-a1-7", "wdsr-a1-5", "wdsr-a1-5-random", "wdsr-a1-5-uniform", "wdsr-a1-5-weighted")


def _in_bench(row: Row) -> Row:
    """A row as `bench` trains it: with ten seeds what the registration decides by, SRCNN for longer."""
    if row == SRCNN:  # learns slowly; its iterations take a third of the time, so its runs are as long as the others
        return replace(row, steps=30_000)
    return replace(row, seeds=tuple(range(10))) if row.name in REGISTERED else row


ALL = {
    "quick": SuperresRecipe(
        name="quick",
        data="embedded",
        evaluation=("embedded-held-out",),
        watch="embedded-held-out",
        crop=16,
        batch=8,
        steps=2000,
        schedule=Schedule(peak=4e-3, warmup=100),
        checks=5,  # an iteration is soon done, measuring three photographs is not
        srcnn_rate=0.25,
        rows=(Row("bicubic"), Row("wdsr"), Row("wdsr", "1/5")),
    ),
    # Many small crops and a high rate, chosen by short runs that were judged on the embedded photographs.
    "bench": SuperresRecipe(
        name="bench",
        data=f"{PUBLIC}+realsr-train",
        evaluation=(*BENCHMARKS, "realsr-held-out"),
        watch="set5",
        crop=16,
        batch=8,
        steps=10_000,
        schedule=Schedule(peak=4e-3, warmup=200),
        srcnn_rate=0.25,
        checks=20,
        rows=(*(_in_bench(row) for row in TABLE_1 + BESIDE), SOFT),
        seeds=(0, 1, 2),
    ),
    "paper": SuperresRecipe(
        name="paper",
        data="div2k-train",
        evaluation=("div2k-valid",),
        watch="div2k-valid",
        crop=48,
        batch=16,
        steps=300_000,
        schedule=Schedule(peak=1e-3, drops=((2 / 3, 0.5),)),
        rows=TABLE_1,
    ),
}

# 105 passes over 3,306 batches: with strides of 32 to 128 drawn evenly, the authors' grid cuts 132 tiles a picture.
DROPS = Schedule(peak=1e-3, drops=((40 / 105, 0.5), (70 / 105, 0.1), (90 / 105, 0.05), (100 / 105, 0.01)))
ALL["authors"] = replace(ALL["paper"], name="authors", crop=128, batch=32, steps=105 * 3306, schedule=DROPS)
# What `bench` is without the camera photographs, which have no public address: its rerun from public sets alone.
ALL["public"] = replace(ALL["bench"], name="public", data=PUBLIC, evaluation=BENCHMARKS, rows=MAIN)
ALL["long"] = replace(
    ALL["bench"],
    name="long",
    steps=100_000,
    checks=50,
    rows=(*MAIN, Row("wdsr", "1/5", mask="random")),
    seeds=(0, 1, 2),
)
# The network that people get: the method on large crops, for which T91's pictures are too small. The rate is the best of 1e-3,
# 2e-3 and 4e-3 in runs of 1,500 iterations on a GPU, judged on the embedded photographs.
ALL["flagship"] = replace(
    ALL["bench"],
    name="flagship",
    data="bsd200+bsds500-test+realsr-train",
    crop=48,
    batch=16,
    steps=60_000,
    schedule=Schedule(peak=4e-3, warmup=500),
    rows=(Row("wdsr", "1/5"),),
    seeds=(0,),
)
# It goes on with T91 beside the rest, on crops that fit. Rate, crop and batch are the best of four short runs, judged on the
# embedded photographs that are held out; benchmarks/settings.py repeats them.
ALL["finetuned"] = replace(
    ALL["flagship"],
    name="finetuned",
    data=ALL["bench"].data,
    crop=24,
    batch=8,
    steps=20_000,
    schedule=Schedule(peak=1e-3, warmup=1000),
    start="wdsr-a1-5-flagship",
)
# What `bench` is without JPEG's block edges: BSDS500's photographs are JPEG files, and halving removes them.
ALL["lossless"] = replace(
    ALL["bench"],
    name="lossless",
    data=LOSSLESS,
    evaluation=(*ALL["bench"].evaluation, "bsd100-halved"),
    rows=(*MAIN, Row("wdsr", "1/5", mask="random")),
    seeds=(0, 1, 2, 3, 4),
)
