"""The verbs: each a function of the library.

torch and the library are imported by the verbs that need them: ``--help`` and ``--version`` answer at once.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from hfsr.cli.console import Out, Version, print_metrics
from hfsr.cli.data import data
from hfsr.cli.export import export
from hfsr.cli.measure import Degrade, confirm, evaluate, frequency, recognise, spectra
from hfsr.cli.pictures import Overwrite
from hfsr.cli.plans import plan, publish, study
from hfsr.cli.targets import require_another, require_file, require_free
from hfsr.cli.upscale import restore, upscale
from hfsr.cli.verify import verify
from hfsr.errors import UserError

if TYPE_CHECKING:
    from hfsr.studies.rows import Row
    from hfsr.studies.superres_run import SuperresRun

# As `hfsr --help` lists them: for pictures first, then for networks, then for studies.
VERBS = (
    *("upscale", "restore", "mask", "evaluate", "export", "data", "train", "classify"),
    *("frequency", "confirm", "recognise", "spectra", "study", "plan", "gpu", "publish", "verify"),
)


class ByUse(TyperGroup):
    """The verbs in that order."""

    def list_commands(self, ctx: object) -> list[str]:
        return sorted(self.commands, key=VERBS.index)


app = typer.Typer(
    cls=ByUse,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(data, name="data")
app.command(epilog="Example: hfsr upscale photo.jpg photo-x2.png, or hfsr upscale photos --out photos-x2")(upscale)
app.command(epilog="Example: hfsr verify --quick")(verify)
app.command(epilog="Example: hfsr frequency wdsr-a1-5")(frequency)
app.command(epilog="Example: hfsr confirm wdsr-a1-5")(confirm)
app.command(epilog="Example: hfsr recognise wdsr-a1-5")(recognise)
app.command(epilog="Example: hfsr spectra bench")(spectra)
app.command(epilog="Example: hfsr evaluate wdsr-a1-5 set5 embedded-held-out")(evaluate)
app.command(
    epilog="Example: hfsr restore photo.jpg restored.png --model wdsr-a0-denoise, "
    "or hfsr restore photos --out restored --model wdsr-a0-denoise"
)(restore)
app.command(epilog="Example: hfsr export wdsr-a1-5 model.onnx --half")(export)
app.command(epilog="Example: hfsr study superres bench")(study)
app.command(epilog="Example: hfsr plan --recipe paper")(plan)
app.command(epilog="Example: hfsr publish runs/superres/wdsr-a1-5-bench-s0 wdsr-a1-5")(publish)

Alpha = Annotated[str, typer.Option(help="Eq 7's alpha: a number or a fraction such as 1/5; 0 selects everything.")]
Seed = Annotated[int, typer.Option(help="Seed of the first weights and of the order of the data.")]


@app.callback()
def _start(version: Version = False) -> None:
    """Super-resolution trained on the pixels that differ most from their neighbours: an executable paper."""


@app.command(epilog="Example: hfsr train --alpha 1/5 --recipe quick --seed 0")
def train(
    method: Annotated[
        str, typer.Option(help="wdsr or srcnn; bicubic, and to restore input and nlm, are only measured.")
    ] = "wdsr",
    alpha: Alpha = "0",
    mask: Annotated[
        str | None, typer.Option(help="high (the method); random, low, uniform or weighted (controls); all (alpha 0).")
    ] = None,
    reduction: Annotated[str, typer.Option(help="batch (the authors' code) or image (Eqs 2-3 as printed).")] = "batch",
    outside: Annotated[float, typer.Option(help="Weight of what the mask leaves out, 0 to 1; the paper's is 0.")] = 0.0,
    degrade: Degrade = None,
    recipe: Annotated[
        str,
        typer.Option(
            help="quick, bench, public, long, flagship, finetuned, lossless, paper, authors; to restore quick, denoise, dejpeg."
        ),
    ] = "quick",
    seed: Seed = 0,
    steps: Annotated[int | None, typer.Option(help="Iterations, where not the recipe's.")] = None,
    data: Annotated[
        str | None, typer.Option(help="Training photographs, where not the recipe's: names or a folder.")
    ] = None,
    out: Out = None,
) -> None:
    """Train a network that upscales, or one that restores.

    The same command goes on after an interruption.
    """
    from hfsr.studies import superres
    from hfsr.studies.rows import Row

    row = Row(method, alpha, mask, reduction, outside=outside)  # type: ignore[arg-type]
    run = trained(row, recipe, seed, steps, data, degrade)
    print_metrics(superres.train(run, out) / "record.json")


def trained(
    row: "Row",
    recipe: str,
    seed: int | None = 0,
    steps: int | None = None,
    data: str | None = None,
    degrade: str | None = None,
) -> "SuperresRun":
    """The run that the words of `hfsr train` mean: it undoes noise or JPEG where `degrade` or a recipe's name says so.

    Raises
    ------
    UserError
        As for `hfsr.studies.superres_run.SuperresRun`, if there is no such recipe, and for iterations or data of a method that
        is only measured.

    Examples
    --------
    >>> from hfsr.studies.rows import Row
    >>> trained(Row("wdsr", "1/5"), "quick").study, trained(Row("wdsr", "1/5"), "quick", degrade="jpeg10").study
    ('superres', 'restore')
    """
    from hfsr.data.degradation import BICUBIC
    from hfsr.studies import recipes
    from hfsr.studies.restore_run import RestoreRun
    from hfsr.studies.rows import UNTRAINED
    from hfsr.studies.superres_run import SuperresRun

    if row.method in UNTRAINED and (data or steps is not None):
        raise UserError(f"--method {row.method}: there is nothing to train; leave out --steps and --data")
    if not degrade:
        recipes.require(recipe, ("superres", "restore"))
    only_there = recipe in recipes.RESTORE and recipe not in recipes.SUPERRES
    if degrade == BICUBIC or not (degrade or only_there):
        return SuperresRun(row, recipes.superres(recipe), seed, steps, data)  # type: ignore[arg-type]
    return RestoreRun(row, recipes.restore(recipe), seed, steps, data, degrade)  # type: ignore[arg-type]


@app.command(epilog="Example: hfsr mask photo.jpg mask.png --alpha 1/5")
def mask(
    source: Annotated[Path, typer.Argument(help="The picture, as ground truth.", readable=False)],
    target: Annotated[Path, typer.Argument(help="Where to write the mask: white is selected, a channel each.")],
    alpha: Alpha = "1/5",
    overwrite: Overwrite = False,
) -> None:
    """Write the mask of what the method trains on in a picture.

    The fraction of elements that it selects is printed.
    """
    from hfsr import images, selection_mask

    require_file(target)
    images.check_target(target, lossless=True)
    require_another(source, target)
    if not overwrite:
        require_free(target)
    selected = selection_mask(images.read(source), alpha)
    share = int(selected.count_nonzero()) / selected.numel()
    images.write(target, selected.byte() * 255)
    typer.echo(f"{share:.4f} of the elements selected")


@app.command(epilog="Example: hfsr classify --dataset cifar10 --method wdsr-a1-5 --recipe quick")
def classify(
    dataset: Annotated[str | None, typer.Option(help="digits, cifar10 or cifar100; by default the recipe's.")] = None,
    method: Annotated[
        str,
        typer.Option(
            help='What upscales images: "original" (none), "bicubic", "nearest", "sharpened", "original-sharpened", a model.'
        ),
    ] = "original",
    recipe: Annotated[str, typer.Option(help="quick, bench, long, paper, or compact and its variants.")] = "quick",
    seed: Seed = 0,
    steps: Annotated[int | None, typer.Option(help="Iterations, where not the recipe's.")] = None,
    out: Out = None,
) -> None:
    """Train a classifier on a labelled set, upscaled or not.

    The same command goes on after an interruption.
    """
    from hfsr.studies import classify, recipes, upscaler
    from hfsr.studies.classification import Classification

    plan = recipes.classify(recipe)
    run = Classification(dataset or plan.dataset, upscaler.called(method), plan, seed, steps)  # type: ignore[arg-type]
    print_metrics(classify.train(run, out) / "record.json")


@app.command(epilog="Example: hfsr gpu --minutes 30")
def gpu(
    minutes: Annotated[float, typer.Option(help="When to stop, checks included; the same command goes on.")] = 30.0,
) -> None:
    """Check a GPU, and train there what the studies lack.

    It measures the GPU's speed, trains what is most valuable first, and publishes as it goes.
    """
    from hfsr.cli.gpu import work

    work(minutes)
