"""Under which conditions a study was made: how far from the paper's own, by which training, on which machines."""

from hfsr.data.degradation import JPEG, NOISE
from hfsr.report import accuracies, paper, tables
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
        return f"not in the paper: {degradation(plan.degrade)}, {plan.steps:,} iterations"
    if contrast.study != "classify":
        halved = "images halved first, " if contrast.study == "recognition" else ""
        return f"{halved}{_part(_superres(contrast.recipe), _superres('paper'))} of the paper's training"
    share = _part(_classify(contrast.recipe, contrast.on), _classify("paper", contrast.on))
    found = accuracies.summary(contrast.recipe, contrast.on)["mean"]
    theirs = paper.table3()[contrast.on]
    known = [row for row in (contrast.row, contrast.baseline) if row in found.index.intersection(theirs.index)]
    if not known:
        return f"{share} of the paper's training"
    level = f"{found[known[0]]:.0f} % right (paper: {theirs[known[0]]:.0f} %)"
    return f"{accuracies.SETS[contrast.on]}: {level}, {share} of the paper's training"


def degradation(name: str) -> str:
    """A degradation of `hfsr.data.degradation` in words.

    Examples
    --------
    >>> degradation("noise25"), degradation("jpeg10")
    ('noise of 25 grey levels', 'JPEG of quality 10')
    """
    if name in NOISE:
        return f"noise of {NOISE[name]} grey levels"
    return f"JPEG of quality {JPEG[name]}" if name in JPEG else name


def trained(recipe: str) -> list[str]:
    """How the rows of super-resolution were trained, and how many runs there are of each, a line a fact.

    Examples
    --------
    >>> trained("long")[0]
    '100,000 iterations of 8 crops of 16x16 pixels (low resolution)'
    """
    plan, runs = recipes.superres(recipe), tables.published(recipe)
    lines = [
        f"{plan.steps:,} iterations of {plan.batch} crops of {plan.crop}x{plan.crop} pixels (low resolution)",
        f"learning rate to {plan.schedule.peak:g} in {plan.schedule.warmup} iterations, then a cosine to zero",
    ]
    for row, label in tables.labels(recipe).items():
        found = runs.get(row, [])
        longer = f" of {found[0].steps:,} iterations" if found and found[0].steps not in (0, plan.steps) else ""
        lines.append(f"  {label:18} {len(found)} run{'s' * (len(found) != 1)}{longer}")
    devices = {record.device for records in runs.values() for record in records if record.steps}
    return [*lines, "trained on", *(f"  {device}" for device in sorted(devices))]


def _superres(recipe: str) -> float:
    plan = recipes.superres(recipe)
    return flops.superres("wdsr", plan, plan.steps).training


def _classify(recipe: str, dataset: str) -> float:
    plan = recipes.classify(recipe)
    return flops.classify(dataset, plan, plan.steps, 2).training


def _part(own: float, whole: float) -> str:
    """A fraction 1/n, n to two or three digits."""
    return f"1/{float(f'{whole / own:.2g}' if whole / own < 1000 else f'{whole / own:.3g}'):,.0f}"
