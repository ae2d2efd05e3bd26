import dataclasses
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import skimage.data
import torch
from hypothesis import Phase, settings
from noise import smooth_noise
from torch import Tensor

from hfsr import cli, images, paths
from hfsr.data import photographs
from hfsr.data.photographs import Photographs
from hfsr.paths import find_data
from hfsr.studies import recipes
from hfsr.studies.recipe import SuperresRecipe
from hfsr.studies.rows import Row

os.environ["HFSR_RUNS"] = tempfile.mkdtemp(prefix="hfsr-runs-")  # notebooks and tests leave the checkout's runs alone
torch.set_num_threads(1)  # the pictures are small, and the cores are there for pytest -n

settings.register_profile("here", deadline=None, max_examples=60)
settings.register_profile("ci", deadline=None, max_examples=60, derandomize=True, print_blob=True)
settings.register_profile(  # a mutant is to be noticed, not explained
    "mutate", deadline=None, max_examples=60, derandomize=True, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.hookimpl(tryfirst=True)  # before what is not asked for is left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("gpu") and not torch.cuda.is_available():
            item.add_marker(pytest.mark.skip(reason="no GPU here"))
        made_in_minutes = {"book", "browser"} & set(getattr(item, "fixturenames", ()))
        if made_in_minutes or item.path.suffix == ".ipynb":
            item.add_marker("whole")


@pytest.fixture
def shared_data() -> Callable[[str], Path]:
    """Path of a benchmark folder below HFSR_DATA; the test that asks for a missing one is skipped."""

    def find(name: str) -> Path:
        folder = find_data(name)
        if folder is None:
            pytest.skip(f"no folder {name} in the roots that HFSR_DATA lists")
        return folder

    return find


@pytest.fixture
def hfsr(monkeypatch, capsys):
    """Run the command line in this process: exit code, standard output, standard error."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hfsr", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        captured = capsys.readouterr()
        return end.value.code or 0, captured.out, captured.err

    return run


@pytest.fixture
def photograph() -> Callable[[str], Tensor]:
    """A real photograph by its name in scikit-image ("astronaut", "coffee", "chelsea"): uint8 (3, H, W), a fresh copy."""
    return lambda name: _photograph(name).clone()


@cache
def _photograph(name: str) -> Tensor:
    return torch.from_numpy(getattr(skimage.data, name)()).permute(2, 0, 1).contiguous()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three small pictures of different sizes, as a folder."""
    path = tmp_path_factory.mktemp("pictures")
    for seed, size in enumerate([(40, 52), (36, 30), (64, 44)]):
        images.write(path / f"{seed}.png", smooth_noise(*size, seed))
    return path


@pytest.fixture(scope="session")
def pictures(folder: Path) -> Photographs:
    return photographs.load(str(folder))


@pytest.fixture
def tiny_study(monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path) -> SuperresRecipe:
    """Recipe `tiny`, a super-resolution study of seconds, with folders of its own; the pictures are a set by their name."""
    monkeypatch.setenv("HFSR_DATA", os.pathsep.join([str(folder.parent), *map(str, paths.data_roots())]))
    recipe = dataclasses.replace(
        recipes.superres("quick"),
        name="tiny",
        data=folder.name,
        watch=folder.name,
        evaluation=(folder.name,),
        crop=8,
        batch=2,
        steps=4,
        blocks=1,
        rows=(Row("bicubic"), Row("wdsr"), Row("wdsr", "1/5")),
        seeds=(0, 1),
    )
    monkeypatch.setitem(recipes.SUPERRES, "tiny", recipe)
    for kind in ("runs", "results", "weights"):
        monkeypatch.setattr(paths, kind, lambda kind=kind: tmp_path / kind)
    return recipe
