"""`hfsr data`: which sets are here, and how to get others."""

from typing import Annotated

import typer

from hfsr.errors import UserError

data = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="See what data is there, and fetch what is not.")


@data.command("list", epilog="Example: HFSR_DATA=/data/sr:/data/cifar hfsr data list")
def list_data() -> None:
    """List the known sets, and where each was found. HFSR_DATA names the folders that are searched."""
    from hfsr.data import catalogue

    typer.echo(catalogue.text())


@data.command(epilog="Example: hfsr data fetch cifar10")
def fetch(
    name: Annotated[
        str, typer.Argument(help="div2k, cifar10, cifar100, or a set of photographs that `hfsr data list` names.")
    ],
) -> None:
    """Download a set into the first folder of HFSR_DATA, checked; DIV2K and CIFAR go on where they stopped."""
    from hfsr.data.fetch import fetch

    typer.echo(fetch(name))


@data.command(epilog="Example: hfsr data check set5 bsd100")
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Sets; by default all that are here.")] = None,
) -> None:
    """Compare the pictures here with the checksums of those that the studies used; exit code 1 if any differ."""
    from hfsr.data import checksums

    right, wanted = True, names or checksums.here()
    if not wanted:
        raise UserError(
            "none of the sets with checksums is here; `hfsr data list` names all, `hfsr data fetch` gets those with an address"
        )
    for name in wanted:
        problems = checksums.problems(name)
        right = right and not problems
        typer.echo(f"{name}\t{'; '.join(problems) or 'the same pictures'}")
    if not right:
        raise typer.Exit(1)
