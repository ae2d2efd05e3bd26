import dataclasses

import pytest

from hfsr.models import parameters
from hfsr.studies import depth, recipes


@pytest.mark.parametrize("layers", [11, 20, 29, 83])
def test_two_shallow_resnets_say_what_a_deep_one_has(layers):
    recipe, asked = dataclasses.replace(recipes.classify("paper"), depth=layers), []

    def count(recipe):
        asked.append(recipe.depth)
        network = recipe.network(1)
        return parameters(network), len(list(network.modules()))

    assert depth.counted(recipe, count) == count(recipe)
    assert asked[:-1] == ([layers] if layers <= 20 else [11, 20])


def test_the_compact_classifier_is_counted_itself():
    recipe = recipes.classify("compact")
    assert depth.counted(recipe, lambda recipe: (parameters(recipe.network(1)),)) == (parameters(recipe.network(1)),)
