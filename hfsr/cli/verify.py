"""`hfsr verify`: check the published records, as a table that grows by a line a record."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from hfsr.errors import UserError

if TYPE_CHECKING:
    from hfsr.studies.verify import Check

# The published short runs were computed with AVX2. Wider processors have it too, and with it the runs come out the same to the
# last bit. It is read when torch is loaded; other kinds of processors make nothing of it.
NARROW = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}


def verify(
    names: Annotated[
        list[str] | None, typer.Argument(help="With --records: names such as wdsr-a1-5 or superres/wdsr-a1-5.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Compute again only the runs of recipe quick: minutes, without any data.")
    ] = False,
    records: Annotated[
        bool, typer.Option("--records", help="Check the records named only; upscaled sets then as a whole.")
    ] = False,
    retrained: Annotated[
        bool, typer.Option("--retrained", help="Compare the runs that were trained again here with what is published.")
    ] = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="Keep what was found as a record in results/verified/.")
    ] = False,
) -> None:
    """Check published records, and compute them again.

    Checked is what follows from the rest of each, and what can be computed again from weights and data. Exit code 1 if
    anything differs. Without options every record is computed again as far as weights and data are here,
    which takes hours; what differs by more than rounding between machines is said to differ. With --retrained only runs that
    were trained again here are compared.
    """
    if quick and "torch" not in sys.modules:
        os.environ |= NARROW | os.environ  # what is set already stays
    from hfsr.studies import verified
    from hfsr.studies.verify import verify

    chosen = names or []
    if records != bool(chosen) or records + quick + retrained > 1:
        raise UserError("choose one: hfsr verify alone, or with --quick, with --retrained, or with --records NAME...")
    checks = []
    for check in verify(chosen, quick, retrained):
        checks.append(check)
        if check.recomputed != "not asked" or check.differs:
            typer.echo(_line(check))
    command = " ".join(
        ["hfsr verify", *["--quick"] * quick, *["--retrained"] * retrained, *["--records"] * records, *chosen]
    )
    verification = verified.made(checks, command)
    typer.echo("")
    typer.echo(f"{len(checks)} records; what follows from the rest of a record: {_count(checks)}")
    typer.echo(f"computed again: {', '.join(f'{count} {name}' for name, count in verification.counts.items())}")
    if publish:
        typer.echo(f"record\t{verified.publish(verification)}")
    if any(check.differs for check in checks):
        raise typer.Exit(1)


def _count(checks: "list[Check]") -> str:
    wrong = sum(check.derived == "differs" for check in checks)
    return f"{len(checks) - wrong} identical" + (f", {wrong} differ" if wrong else "")


def _line(check: "Check") -> str:
    outcome = "differs" if check.differs else check.recomputed
    apart = "; ".join(
        f"{name} by {value:.2g}" for name, value in sorted(check.largest.items(), key=lambda each: -each[1])[:2]
    )
    notes = check.notes[:3] + [f"and {len(check.notes) - 3} more"] * (len(check.notes) > 3)
    return f"{check.record:44} {outcome:22}  {'; '.join([*[apart] * bool(apart), *notes])}".rstrip()
