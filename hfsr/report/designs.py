"""The three designs that test the paper's title, and how far each is carried out."""

import pandas as pd

from hfsr.studies import grid, published

DESIGNS = {
    "Table III, reduced": ("classify", "bench", "a small ResNet trained briefly on images that each method upscaled"),
    "known truth": (
        "recognition",
        "bench",
        "images halved and upscaled back, judged by classifiers that were trained on the truth",
    ),
    "compact": (
        "classify",
        "compact",
        "a small classifier near the paper's accuracy, at equal compute and at the paper's",
    ),
}


def progress(study: str, recipe: str) -> tuple[int, int]:
    """How many of a grid's runs are published, and how many there are.

    Examples
    --------
    >>> there, planned = progress("classify", "bench")
    >>> 0 < there <= planned
    True
    """
    planned = grid.runs(study, recipe).values()
    return sum(published.is_fresh(run.record_type, run.model or run.name) for run in planned), len(planned)


def table() -> pd.DataFrame:
    """Every design in a line: what is done, how many of its runs are published, and what makes the rest.

    Examples
    --------
    >>> table().loc["known truth", "make the rest"]
    'make study STUDY=recognition'
    """
    rows = {}
    for name, (study, recipe, done) in DESIGNS.items():
        there, planned = progress(study, recipe)
        command = f"make study STUDY={study}" + (f" RECIPE={recipe}" if recipe != "bench" else "")
        rows[name] = {"what is done": done, "runs published": f"{there} of {planned}", "make the rest": command}
    return pd.DataFrame(rows).T.rename_axis(index="design")
