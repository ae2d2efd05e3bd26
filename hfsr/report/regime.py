"""How far from the paper's own conditions a contrast was tested."""

from hfsr.report import accuracies, paper
from hfsr.report.registration import Contrast
from hfsr.studies import flops, recipes


def tested_at(contrast: Contrast) -> str:
    """In a few words, such as "1/540 of the paper's training".

    Examples
    --------
    >>> from hfsr.report import registration
    >>> claim = next(each for each in registration.read().claims if each.id == "psnr-same")
    >>> tested_at(claim.contrasts[0])
    "1/540 of the paper's training"
    """
    if contrast.direction == "close":
        return "as in the paper, on other photographs"
    if contrast.study == "restore":
        plan = recipes.restore(contrast.recipe)
        return f"not in the paper: {plan.degrade}, {plan.steps:,} iterations"
    if contrast.study != "classify":
        halved = "images halved first, " if contrast.study == "recognition" else ""
        return f"{halved}{_part(_superres(contrast.recipe), _superres('paper'))} of the paper's training"
    share = _part(_classify(contrast.recipe, contrast.on), _classify("paper", contrast.on))
    found = accuracies.summary(contrast.recipe, contrast.on)["mean"]
    theirs = paper.table3()[contrast.on]
    known = [row for row in (contrast.row, contrast.baseline) if row in found.index.intersection(theirs.index)]
    if not known:
        return f"{share} of the paper's training"
    level = f"{found[known[0]]:.0f} % against {theirs[known[0]]:.0f} %"
    return f"images right: {level} in the paper, with {share} of its training"


def _superres(recipe: str) -> float:
    plan = recipes.superres(recipe)
    return flops.superres("wdsr", plan, plan.steps).training


def _classify(recipe: str, dataset: str) -> float:
    plan = recipes.classify(recipe)
    return flops.classify(dataset, plan, plan.steps, 2).training


def _part(own: float, whole: float) -> str:
    """A fraction 1/n, n to two or three digits."""
    return f"1/{float(f'{whole / own:.2g}' if whole / own < 1000 else f'{whole / own:.3g}'):,.0f}"
