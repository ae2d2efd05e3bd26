"""The verbs about whole studies: where they stand, what they take, what is published of them."""

from pathlib import Path
from typing import Annotated

import typer

from hfsr.errors import UserError
from hfsr.files import atomic


def study(
    name: Annotated[
        str,
        typer.Argument(
            help="superres, classify, frequency, confirmation, recognition, restore or spectra.", metavar="STUDY"
        ),
    ],
    recipe: Annotated[
        str,
        typer.Argument(
            help="quick, bench, long or paper; of superres and frequency public, flagship, finetuned, lossless and authors, "
            "of classify compact, of restore denoise and dejpeg too."
        ),
    ],
    steps: Annotated[int | None, typer.Option(help="Iterations, where not the recipe's.")] = None,
    table: Annotated[Path | None, typer.Option(help="Write finished runs' means and deviations here, as CSV.")] = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish what is finished: records, and the first seed's weights.")
    ] = False,
) -> None:
    """Show where the runs of a study stand.

    `make study` trains them.
    """
    from hfsr.studies import grid
    from hfsr.studies.publish import publish_all

    if publish and steps:
        raise UserError("--publish is for runs of as many iterations as the recipe says; leave out --steps")
    typer.echo(grid.state(name, recipe, steps).to_string())
    if table:
        with atomic(table) as part:
            grid.table(name, recipe, steps).to_csv(part)
    for record in publish_all(name, recipe) if publish else []:
        typer.echo(record)


def plan(
    recipe: Annotated[
        str,
        typer.Option(
            help="quick, bench, public, long, flagship, finetuned, lossless, paper, authors, compact, denoise or dejpeg."
        ),
    ] = "bench",
    measure: Annotated[
        bool,
        typer.Option("--measure", help="Time every kind of run here, for seconds, instead of reading the records."),
    ] = False,
) -> None:
    """Print what the whole study of a recipe takes.

    Jobs, hours of every row and in all, disk, and a GPU's memory.
    """
    from hfsr.studies import cost, speeds

    typer.echo(cost.summary(recipe, speeds.of_device if measure else speeds.of_records))


def publish(
    run: Annotated[Path, typer.Argument(help="The folder of a finished run.")],
    name: Annotated[
        str | None, typer.Argument(help="What the model is to be called; without a name, only the record is published.")
    ] = None,
) -> None:
    """Put a finished run's record and weights where they belong.

    The record goes into results/, the weights into the package, or beside it those of a control.
    """
    from hfsr.studies.publish import publish

    typer.echo(publish(run, name))
