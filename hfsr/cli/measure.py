"""The verbs that measure networks."""

from typing import Annotated

import typer

from hfsr.cli.console import Out, method, print_metrics

Degrade = Annotated[
    str | None, typer.Option(help="bicubic, noise15, noise25, noise50, jpeg10, jpeg20 or jpeg40: what is to be undone.")
]


def evaluate(
    model: Annotated[
        str,
        typer.Argument(help='A published model, a .safetensors file, or "bicubic"; with --degrade "input" or "nlm".'),
    ],
    data: Annotated[
        list[str] | None, typer.Argument(help="Sets: names or folders; by default embedded-held-out.")
    ] = None,
    degrade: Degrade = None,
) -> None:
    """Measure PSNR and SSIM of a model on sets of photographs."""
    import numpy as np

    from hfsr.analysis import classical, evaluation
    from hfsr.data import photographs
    from hfsr.data.degradation import BICUBIC

    found = model if model in classical.METHODS else method(model)
    for name in data or ["embedded-held-out"]:
        pictures = photographs.load(name, grey=True, degrade=degrade or BICUBIC)
        for metric, values in evaluation.evaluate(found, pictures).items():
            finite = [value for value in values if np.isfinite(value)]
            typer.echo(f"{pictures.name}/{metric}\t{np.mean(finite or values):.4f}")
            if len(finite) < len(values) and not np.isposinf(values).all():
                typer.echo(
                    f"hfsr: {pictures.name}/{metric}: without {len(values) - len(finite)} of {len(values)} pictures, "
                    "which come out exactly or have no such elements or detail",
                    err=True,
                )


def frequency(
    run: Annotated[
        str, typer.Argument(help="A finished run below runs/superres, a published model, bicubic-bench or truth-bench.")
    ],
    out: Out = None,
) -> None:
    """Measure how much detail a network gives photographs.

    As PNG and by frequency, and how much of it is right.
    """
    from hfsr.studies import frequency

    print_metrics(frequency.measure(run, out) / "record.json")


def confirm(
    run: Annotated[
        str, typer.Argument(help="A finished run below runs/superres, a published model, or bicubic-bench.")
    ],
    out: Out = None,
) -> None:
    """Measure a network on Kodak24 and McMaster.

    This is the registered confirmation.
    """
    from hfsr.studies import frequency
    from hfsr.studies.confirmation import Confirmation

    print_metrics(frequency.measure(run, out, Confirmation) / "record.json")


def spectra(
    recipe: Annotated[str, typer.Argument(help="bench: whose networks' photographs.")],
    out: Out = None,
) -> None:
    """Measure at which frequencies CIFAR's images vary.

    Beside the photographs that the networks learn from.
    """
    from hfsr.studies import spectra, spectra_run

    print_metrics(spectra.measure(spectra_run.called(recipe), out) / "record.json")


def recognise(
    run: Annotated[
        str,
        typer.Argument(
            help="A finished run below runs/superres, a published model, or truth, nearest, bicubic or sharpened with -bench."
        ),
    ],
    steps: Annotated[int | None, typer.Option(help="Iterations of the classifiers, where not their recipe's.")] = None,
    out: Out = None,
) -> None:
    """Count what classifiers recognise of upscaled images.

    CIFAR is halved and upscaled back, and judged by classifiers that were trained on the true images.
    """
    from hfsr.studies import recognise

    print_metrics(recognise.recognise(recognise.called(run, steps), out) / "record.json")
