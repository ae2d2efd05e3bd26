"""The wheel alone: installed without extras in a fresh environment, it does what the README says, far from any checkout."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from hfsr import images, load_model, upscale
from hfsr.paths import DEFAULT_MODEL

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "HFSR_"))}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A fresh environment with the wheel in it, and an empty folder beside it: those that HFSR_WHEEL names, or made here."""
    if made := os.environ.get("HFSR_WHEEL"):
        return Path(made)
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([ROOT / ".ci" / "wheel", folder, sys.executable], check=True)
    return folder


@pytest.fixture
def run(environment):
    """Run a command of the fresh environment in the empty folder, without this one's paths."""

    def run(command: str, *words: object) -> subprocess.CompletedProcess:
        call = [environment / "venv" / "bin" / command, *map(str, words)]
        return subprocess.run(call, capture_output=True, text=True, cwd=environment / "empty", env=clean_environment())

    return run


@pytest.fixture
def picture(tmp_path):
    pixels = torch.randint(256, (3, 40, 50), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    images.write(tmp_path / "photo.png", pixels)
    return tmp_path / "photo.png"


def test_it_holds_what_belongs_into_it_and_nothing_else(run):
    found = run("pip", "show", "--files", "hfsr").stdout
    files = found.split("Files:")[1].split()
    for needed in ("hfsr/py.typed", "hfsr/weights/wdsr-a1-5.safetensors", "hfsr/report/widgets/weightmap.js"):
        assert needed in files
    tops = {name.split("/")[0] for name in files if not name.startswith("..")}
    assert tops == {"hfsr", f"hfsr-{re.search('Version: (.+)', found)[1]}.dist-info"}


def test_nothing_of_an_extra_is_there(run):
    listed = run("pip", "list", "--format=freeze").stdout
    names = {line.split("==")[0].lower() for line in listed.splitlines()}
    assert "torch" in names
    assert not names & {
        "accelerate",
        "huggingface-hub",
        "matplotlib",
        "msgspec",
        "pandas",
        "scikit-image",
        "scikit-learn",
        "scipy",
        "seaborn",
    }


def test_the_readmes_example_runs(run):
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    script = "\n".join([block, "import hfsr", "print(float(loss), 'site-packages' in hfsr.__file__)"])
    ended = run("python", "-I", "-c", script)
    assert ended.returncode == 0, ended.stderr
    loss, installed = ended.stdout.split()
    assert float(loss) > 0
    assert installed == "True"


def test_a_published_model_upscales_as_here(run, picture, tmp_path):
    script = "import hfsr; print(hfsr.models.parameters(hfsr.load_model('wdsr-a1-5')))"
    assert run("python", "-I", "-c", script).stdout == "597716\n"
    ended = run("hfsr", "upscale", picture, tmp_path / "out.png")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert torch.equal(images.read(tmp_path / "out.png"), upscale(images.read(picture), load_model(DEFAULT_MODEL)))


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (["--version"], "hfsr "),
        (["mask", "{picture}", "{folder}/mask.png"], "of the elements selected"),
        (["evaluate", "wdsr-a1-5", "{folder}"], "/ssim_y_border2\t"),
        (["data", "list"], "inside scikit-learn: pip install 'hfsr[study]'"),
    ],
    ids=lambda words: words[0],
)
def test_these_verbs_need_no_extra(run, picture, words, printed):
    ended = run("hfsr", *(word.format(picture=picture, folder=picture.parent) for word in words))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert printed in ended.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["train", "--recipe", "quick"],
        ["classify"],
        ["frequency", "wdsr-a1-5"],
        ["study", "superres", "bench"],
        ["plan"],
        ["evaluate", "bicubic"],
        ["upscale", "digits"],
        ["export", "srcnn", "model.onnx"],
        ["export", "srcnn", "folder"],
    ],
    ids=" ".join,
)
def test_the_others_name_their_extra_in_one_line(run, words):
    ended = run("hfsr", *words)
    assert (ended.returncode, ended.stdout) == (2, "")
    extra = {"model.onnx": "onnx", "folder": "hub"}.get(words[-1], "study")
    assert re.fullmatch(
        rf"hfsr {words[0]} needs: pip install 'hfsr\[{extra}\]' \(\w+ is not installed\)\n", ended.stderr
    )


@pytest.mark.parametrize(
    "words",
    [
        ["plan"],
        ["classify", "--method", "wdsr-a1-5"],
        ["frequency", "wdsr-a1-5"],
    ],
    ids=" ".join,
)
def test_with_the_extras_what_reads_the_records_asks_for_a_checkout(environment, words):
    """The installed package, with the packages of the environment that runs the tests."""
    (site,) = (environment / "venv").glob("lib/python*/site-packages")
    alone = environment / "alone"
    if not alone.exists():
        shutil.copytree(site / "hfsr", alone / "hfsr")
    ended = subprocess.run(
        [sys.executable, "-m", "hfsr.cli", *words],
        capture_output=True,
        text=True,
        cwd=environment / "empty",
        env=clean_environment() | {"PYTHONPATH": str(alone)},
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("hfsr: results/ is not part of the installed package: this needs a checkout")
    assert ended.stderr.count("\n") == 1
