import dataclasses

from hfsr.studies import recipes
from hfsr.studies.recipe import SuperresRecipe, later
from hfsr.studies.rows import Cell, Row


def test_digest_changes_with_any_number():
    recipe = recipes.superres("quick")
    others = [
        dataclasses.replace(recipe, crop=recipe.crop + 1),
        dataclasses.replace(recipe, schedule=dataclasses.replace(recipe.schedule, peak=1e-4)),
    ]
    assert len({each.digest for each in [recipe, *others]}) == 3
    assert recipe.digest == dataclasses.replace(recipe).digest


def test_a_row_or_a_seed_more_leaves_the_digest_as_it_is():
    recipe = recipes.superres("bench")
    more = dataclasses.replace(recipe, rows=(*recipe.rows, Row("wdsr", "1/2")), seeds=(0, 1, 2, 3))
    assert more.digest == recipe.digest

    cells = recipes.classify("bench")
    more = dataclasses.replace(cells, cells=(*cells.cells, Cell("digits", "bicubic")), seeds=(9,))
    assert more.digest == cells.digest


@dataclasses.dataclass(frozen=True)
class WithLater(SuperresRecipe):
    """A recipe of a version to come."""

    clipping: float | None = later(None)


def test_a_later_field_leaves_digests_as_they_are_until_it_is_used():
    recipe = recipes.superres("bench")
    numbers = {field.name: getattr(recipe, field.name) for field in dataclasses.fields(recipe)}
    assert WithLater(**numbers).digest == WithLater(**numbers, clipping=None).digest == recipe.digest
    used = {WithLater(**numbers, clipping=value).digest for value in (0.0, 0.5, 1.0)}
    assert len(used | {recipe.digest}) == 4
    assert WithLater(**numbers).clipping is None


def test_a_field_without_later_changes_the_digest_at_its_default_too():
    """The test above can fail."""
    recipe = recipes.superres("bench")
    numbers = {field.name: getattr(recipe, field.name) for field in dataclasses.fields(recipe)}
    other = dataclasses.make_dataclass("Other", [("clipping", float, 0.0)], bases=(SuperresRecipe,), frozen=True)
    assert other(**numbers).digest != recipe.digest
