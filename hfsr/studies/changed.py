"""What a record was made of, where that is not the same any more."""

from hfsr import paths
from hfsr.files import sha256
from hfsr.studies import recipes


def recipe(study: str, name: str, digest: str) -> list[str]:
    """Whether a recipe is still the one that a record names.

    Examples
    --------
    >>> recipe("superres", "bench", recipes.superres("bench").digest), recipe("superres", "gone", "0")
    ([], ['recipe gone has changed'])
    """
    known = recipes.STUDIES[study].get(name)
    return [] if known and known.digest == digest else [f"recipe {name} has changed"]


def weights(model: str, digest: str | None) -> list[str]:
    """Whether a published network is still the one that a record names.

    Examples
    --------
    >>> weights("gone", None)
    ['weights gone have changed or are missing']
    """
    found = paths.find_weights(model)
    return [] if found and sha256(found) == digest else [f"weights {model} have changed or are missing"]


def further(name: str, digest: str | None) -> list[str]:
    """Whether the weights of a further seed, where they are published beside the package, are those that a record names.

    Examples
    --------
    >>> further("wdsr-a0-bench-s1", "0"), further("gone", "0")
    (['weights wdsr-a0-bench-s1 have changed'], [])
    """
    found = paths.seeds_weights() / f"{name}.safetensors"
    return [f"weights {name} have changed"] if found.exists() and sha256(found) != digest else []
