"""Counts on deep ResNets from shallow ones: a stage's blocks after its first are alike, so each adds the same."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from hfsr.studies.recipe import ClassifyRecipe, CompactRecipe

SHALLOW = (11, 20)  # one block a stage, and two

Number = TypeVar("Number", int, float)


def counted(recipe: ClassifyRecipe, count: Callable[[ClassifyRecipe], tuple[Number, ...]]) -> tuple[Number, ...]:
    """Numbers that grow evenly with a classifier's depth, without building a deep one.

    Parameters
    ----------
    recipe : ClassifyRecipe
    count : callable, recipe -> tuple of numbers
        Called for the recipe itself where its network is shallow or no ResNet, else for it with two shallow depths.

    Examples
    --------
    >>> from hfsr.models import parameters
    >>> from hfsr.studies import recipes
    >>> paper = recipes.classify("paper")
    >>> counted(paper, lambda recipe: (parameters(recipe.network(1)),)), parameters(paper.network(1))
    ((1703258,), 1703258)
    """
    if isinstance(recipe, CompactRecipe) or recipe.depth <= SHALLOW[1]:
        return count(recipe)
    first, second = (count(replace(recipe, depth=depth)) for depth in SHALLOW)
    more = (recipe.depth - SHALLOW[0]) // (SHALLOW[1] - SHALLOW[0])
    return tuple(one + more * (two - one) for one, two in zip(first, second, strict=True))
