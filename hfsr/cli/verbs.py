"""The verbs: each a function of the library.

torch and the library are imported by the verbs that need them: ``--help`` and ``--version`` answer at once.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hfsr.cli.console import Version
from hfsr.cli.console import method as load_method
from hfsr.cli.data import data
from hfsr.cli.export import export
from hfsr.cli.verify import verify
from hfsr.errors import UserError
from hfsr.files import atomic, read_json

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(data, name="data")
app.command(epilog="Example: hfsr verify --quick")(verify)
app.command(epilog="Example: hfsr export wdsr-a1-5 model.onnx --half")(export)

Alpha = Annotated[str, typer.Option(help="Eq 7's alpha: a number or a fraction such as 1/5; 0 selects everything.")]
Model = Annotated[
    str, typer.Option(help='A published model, "bicubic", or for a picture also a .safetensors file of a run.')
]
Seed = Annotated[int, typer.Option(help="Seed of the first weights and of the order of the data.")]
Out = Annotated[Path | None, typer.Option(help="The run's folder; by default below runs/.")]


@app.callback()
def _start(version: Version = False) -> None:
    """Super-resolution trained on the pixels that differ most from their neighbours: an executable paper."""


@app.command(epilog="Example: hfsr train --alpha 1/5 --recipe quick --seed 0")
def train(
    method: Annotated[str, typer.Option(help="wdsr or srcnn; bicubic is only measured.")] = "wdsr",
    alpha: Alpha = "0",
    mask: Annotated[
        str | None, typer.Option(help="high (the method); random, low, uniform or weighted (controls); all (alpha 0).")
    ] = None,
    reduction: Annotated[str, typer.Option(help="batch (the authors' code) or image (Eqs 2-3 as printed).")] = "batch",
    recipe: Annotated[str, typer.Option(help="quick, bench, public, long, paper or authors.")] = "quick",
    seed: Seed = 0,
    steps: Annotated[int | None, typer.Option(help="Updates, where not the recipe's.")] = None,
    data: Annotated[
        str | None, typer.Option(help="Training photographs, where not the recipe's: names or a folder.")
    ] = None,
    out: Out = None,
) -> None:
    """Train a super-resolution network; the same command goes on after an interruption."""
    from hfsr.studies import recipes, superres
    from hfsr.studies.rows import Row
    from hfsr.studies.superres_run import SuperresRun

    row = Row(method, alpha, mask, reduction)  # type: ignore[arg-type]
    run = SuperresRun(row, recipes.superres(recipe), seed, steps, data)  # type: ignore[arg-type]
    _print_metrics(superres.train(run, out) / "record.json")


@app.command(epilog="Example: hfsr evaluate wdsr-a1-5 set5 embedded-held-out")
def evaluate(
    model: Annotated[str, typer.Argument(help='A published model, a .safetensors file, or "bicubic".')],
    data: Annotated[
        list[str] | None, typer.Argument(help="Sets: names or folders; by default embedded-held-out.")
    ] = None,
) -> None:
    """Measure PSNR and SSIM of a model on sets of photographs."""
    import numpy as np

    from hfsr.analysis import evaluation
    from hfsr.data import photographs

    method = load_method(model)
    for name in data or ["embedded-held-out"]:
        pictures = photographs.load(name, grey=True)
        for metric, values in evaluation.evaluate(method, pictures).items():
            typer.echo(f"{pictures.name}/{metric}\t{np.mean(values):.4f}")


@app.command(epilog="Example: hfsr upscale photo.jpg photo-x2.png --model wdsr-a1-5")
def upscale(
    source: Annotated[Path, typer.Argument(help="The picture, or a labelled set: digits, cifar10, cifar100.")],
    target: Annotated[
        Path | None,
        typer.Argument(
            help="Where to: a file, whose suffix names the format; for a set a folder, by default below runs/."
        ),
    ] = None,
    model: Model = "wdsr-a1-5",
) -> None:
    """Upscale a picture of any size x2, or a whole labelled set into a folder; a set goes on after an interruption."""
    from hfsr import images
    from hfsr.data import labelled
    from hfsr.upscale import upscale

    if str(source) in labelled.NAMES and not source.is_file():
        from hfsr.studies import upscaled, upscaler

        folder = upscaled.make(labelled.load(str(source)), upscaler.called(model), target, progress=True)
        typer.echo(f"images\t{folder / upscaled.IMAGES}\nsha256\t{read_json(folder / 'record.json')['sha256']}")
        return
    if target is None:
        raise UserError(f"{source}: where is the upscaled picture to go? hfsr upscale {source} {source.stem}-x2.png")
    images.check_target(target)
    image = images.read(source)
    images.write(target, upscale(load_method(model), image, progress=sys.stderr.isatty()))


@app.command(epilog="Example: hfsr mask photo.jpg mask.png --alpha 1/5")
def mask(
    source: Annotated[Path, typer.Argument(help="The picture, as ground truth.")],
    target: Annotated[Path, typer.Argument(help="Where to write the mask: white is selected, a channel each.")],
    alpha: Alpha = "1/5",
) -> None:
    """Write the mask of the elements that the method trains on, and print their share."""
    from hfsr import images, selection_mask

    images.check_target(target, lossless=True)
    selected = selection_mask(images.read(source), alpha)
    images.write(target, selected.byte() * 255)
    typer.echo(f"{selected.double().mean().item():.4f} of the elements selected")


@app.command(epilog="Example: hfsr classify --dataset cifar10 --method wdsr-a1-5 --recipe quick")
def classify(
    dataset: Annotated[str | None, typer.Option(help="digits, cifar10 or cifar100; by default the recipe's.")] = None,
    method: Annotated[
        str, typer.Option(help='How images are upscaled: "original" (not), "bicubic" or a model.')
    ] = "original",
    recipe: Annotated[str, typer.Option(help="quick, bench, long or paper.")] = "quick",
    seed: Seed = 0,
    steps: Annotated[int | None, typer.Option(help="Updates, where not the recipe's.")] = None,
    out: Out = None,
) -> None:
    """Upscale a labelled set by a method and train the classifier on it."""
    from hfsr.studies import classify, recipes, upscaler
    from hfsr.studies.classification import Classification

    plan = recipes.classify(recipe)
    run = Classification(dataset or plan.dataset, upscaler.called(method), plan, seed, steps)  # type: ignore[arg-type]
    _print_metrics(classify.train(run, out) / "record.json")


@app.command(epilog="Example: hfsr frequency wdsr-a1-5")
def frequency(
    run: Annotated[
        str, typer.Argument(help="A finished run below runs/superres, a published model, bicubic-bench or truth-bench.")
    ],
    out: Out = None,
) -> None:
    """Measure how much detail a network gives photographs, as PNG and by frequency, and how much of it is right."""
    from hfsr.studies import frequency

    _print_metrics(frequency.measure(run, out) / "record.json")


@app.command(epilog="Example: hfsr confirm wdsr-a1-5")
def confirm(
    run: Annotated[
        str, typer.Argument(help="A finished run below runs/superres, a published model, or bicubic-bench.")
    ],
    out: Out = None,
) -> None:
    """Measure a network on Kodak24 and McMaster: the registered confirmation."""
    from hfsr.studies import frequency
    from hfsr.studies.confirmation import Confirmation

    _print_metrics(frequency.measure(run, out, Confirmation) / "record.json")


@app.command(epilog="Example: hfsr study superres bench")
def study(
    name: Annotated[str, typer.Argument(help="superres, classify, frequency or confirmation.", metavar="STUDY")],
    recipe: Annotated[
        str, typer.Argument(help="quick, bench, long or paper; of superres and frequency public and authors too.")
    ],
    steps: Annotated[int | None, typer.Option(help="Updates, where not the recipe's.")] = None,
    table: Annotated[Path | None, typer.Option(help="Write finished runs' means and deviations here, as CSV.")] = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish what is finished: records, and the first seed's weights.")
    ] = False,
) -> None:
    """Show where the runs of a study stand; `make study` trains them."""
    from hfsr.studies import grid
    from hfsr.studies.publish import publish_all

    typer.echo(grid.state(name, recipe, steps).to_string())
    if table:
        with atomic(table) as part:
            grid.table(name, recipe, steps).to_csv(part)
    for record in publish_all(name, recipe) if publish else []:
        typer.echo(record)


@app.command(epilog="Example: hfsr plan --recipe paper")
def plan(
    recipe: Annotated[str, typer.Option(help="quick, bench, public, long, paper or authors.")] = "bench",
    measure: Annotated[
        bool,
        typer.Option("--measure", help="Time every kind of run here, for seconds, instead of reading the records."),
    ] = False,
) -> None:
    """Print what the whole study of a recipe takes: jobs, hours of every row and in all, disk, a GPU's memory."""
    from hfsr.studies import cost, speeds

    typer.echo(cost.summary(recipe, speeds.of_device if measure else speeds.of_records))


@app.command(epilog="Example: hfsr gpu --minutes 30")
def gpu(
    minutes: Annotated[float, typer.Option(help="When to stop, checks included; the same command goes on.")] = 30.0,
) -> None:
    """Check the GPU, measure its speed, and train what the studies still lack, most valuable first, publishing as it goes."""
    from hfsr.cli.gpu import work

    work(minutes)


@app.command(epilog="Example: hfsr publish runs/superres/wdsr-a1-5-bench-s0 wdsr-a1-5")
def publish(
    run: Annotated[Path, typer.Argument(help="The folder of a finished run.")],
    name: Annotated[
        str | None, typer.Argument(help="What the model is to be called; without a name, only the record is published.")
    ] = None,
) -> None:
    """Copy a finished run's record into results/, and its weights into the package."""
    from hfsr.studies.publish import publish

    typer.echo(publish(run, name))


def _print_metrics(record: Path) -> None:
    from hfsr.training import processes

    if not processes.is_main():  # of several that train together, one speaks
        return
    for name, value in read_json(record)["metrics"].items():
        typer.echo(f"{name}\t{value:.4f}")
    typer.echo(f"record\t{record}")
