"""`hfsr data`: which sets are here, and how to get others."""

from typing import Annotated

import typer

data = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="See what data is there, and fetch what is not.")


@data.command("list", epilog="Example: HFSR_DATA=/data/sr:/data/cifar hfsr data list")
def list_data() -> None:
    """List the known sets, and where each was found. HFSR_DATA names the folders that are searched."""
    from hfsr.data import catalogue

    typer.echo(catalogue.text())


@data.command(epilog="Example: hfsr data fetch cifar10")
def fetch(name: Annotated[str, typer.Argument(help="div2k, cifar10 or cifar100.")]) -> None:
    """Download a set from its official site into the first folder of HFSR_DATA, checked; goes on where it stopped."""
    from hfsr.data.fetch import fetch

    typer.echo(fetch(name))
