"""The three designs that test the paper's title, and how far each is carried out."""

import pandas as pd

from hfsr.studies import grid, published

DESIGNS = {
    "compact": (
        "classify",
        ("compact", "compact-full", "compact-long"),
        "a small classifier near the paper's accuracy, at equal compute and at the paper's",
    ),
    "known truth": (
        "recognition",
        ("bench", "long"),
        "images halved and upscaled back, judged by classifiers that were trained on the truth",
    ),
    "Table III, reduced": (
        "classify",
        ("bench", "long"),
        "a small ResNet trained briefly on images that each method upscaled",
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
    """Every design in a line: what is done, how many runs of each recipe are published, and what makes those that are missing.

    Examples
    --------
    >>> list(table())
    ['what is done', 'runs published', 'make the rest']
    """
    rows = {}
    for name, (study, names, done) in DESIGNS.items():
        counts = {recipe: progress(study, recipe) for recipe in names}
        missing = [recipe for recipe, (there, planned) in counts.items() if there < planned]
        rows[name] = {
            "what is done": done,
            "runs published": ", ".join(
                f"{recipe} {there} of {planned}" for recipe, (there, planned) in counts.items()
            ),
            "make the rest": "; ".join(f"make study STUDY={study} RECIPE={recipe}" for recipe in missing),
        }
    return pd.DataFrame(rows).T.rename_axis(index="design")
