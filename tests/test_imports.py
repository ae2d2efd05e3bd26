"""What `import hfsr` and the command line load, each in a fresh process."""

import ast
import runpy
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import hfsr

HEAVY = {
    "accelerate",
    "cv2",
    "huggingface_hub",
    "matplotlib",
    "msgspec",
    "onnx",
    "onnxruntime",
    "onnxscript",
    "pandas",
    "scipy",
    "seaborn",
    "skimage",
    "sklearn",
    "torchvision",
}
OTHERS = {"PIL", "filelock", "numpy", "platformdirs", "safetensors", "torch", "tqdm", "typer"}
EVERYTHING = "import hfsr; [getattr(hfsr, name) for name in hfsr.__all__]"


@cache
def loaded(code: str) -> set[str]:
    """Those of the packages above that a fresh process has imported after `code`."""
    code = f"import sys\n{code}\nprint(*{{name.split('.')[0] for name in sys.modules}}, sep='\\n')"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ended.stdout.split()) & (HEAVY | OTHERS)


def test_the_package_alone_loads_nothing():
    assert loaded("import hfsr") == set()


@pytest.mark.processes
def test_the_loss_loads_torch_and_nothing_beside_it():
    assert loaded("from hfsr import HighFrequencyL1") == loaded("import torch")


@pytest.mark.processes
def test_all_that_a_user_imports_loads_nothing_heavy():
    """Nor does what reads pictures and sets, and applies a network to them."""
    code = f"{EVERYTHING}\nimport hfsr.images.picture, hfsr.data.photographs, hfsr.data.labelled, hfsr.data.fetch"
    assert not loaded(code) & HEAVY
    assert loaded(EVERYTHING) <= loaded("import torch") | {"PIL", "filelock", "numpy", "platformdirs", "safetensors"}


@pytest.mark.processes
def test_torch_hub_loads_what_hubconf_names_and_nothing_beside_it():
    root = Path(hfsr.__file__).parents[1]
    code = f"import torch; torch.hub.load({str(root)!r}, 'wdsr_a1_5', source='local')"
    assert loaded(code) - loaded("import torch") <= set(runpy.run_path(root / "hubconf.py")["dependencies"])


@pytest.mark.parametrize("words", ["--help", "--version", "train --help", "upscale --help", "data list --help"])
def test_help_and_version_load_no_torch(words):
    code = f"sys.argv = ['hfsr', *{words.split()}]\nfrom hfsr.cli import main\ntry: main()\nexcept SystemExit: pass"
    assert loaded(code) == {"filelock", "platformdirs", "safetensors", "typer"}


@pytest.mark.parametrize("name", hfsr.__all__)
def test_every_name_is_there(name):
    assert name in dir(hfsr)
    assert getattr(hfsr, name) is getattr(hfsr, name)


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'hfsr' has no attribute 'Adam'"):
        hfsr.Adam  # noqa: B018


def test_type_checkers_see_the_same_names_from_the_same_modules():
    """What stands below TYPE_CHECKING, imported in earnest, is what the package hands out."""
    tree = ast.parse(Path(hfsr.__file__).read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    scope = {}
    exec(compile(ast.Module(block.body, []), hfsr.__file__, "exec"), scope)
    del scope["__builtins__"]
    assert sorted(scope) == sorted(hfsr.__all__)
    for name, value in scope.items():
        assert getattr(hfsr, name) is value, name


WITHOUT = """
import sys
from hfsr.cli import main
sys.modules["{missing}"] = None  # Python's own way to say that it cannot be imported
sys.argv = ["hfsr", *{words}]
main()
"""


@pytest.mark.parametrize(
    ("words", "missing", "extra"),
    [
        (["plan"], "pandas", "study"),
        (["export", "srcnn", "{folder}/out.onnx"], "onnxscript", "onnx"),
        (["export", "srcnn", "{folder}/out"], "huggingface_hub", "hub"),
    ],
    ids=["plan", "export", "export to a folder"],
)
def test_a_missing_package_of_an_extra_is_one_line(tmp_path, words, missing, extra):
    code = WITHOUT.format(missing=missing, words=[word.format(folder=tmp_path) for word in words])
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"hfsr {words[0]} needs: pip install 'hfsr[{extra}]' ({missing} is not installed)\n"


def test_a_missing_package_that_no_extra_brings_is_an_error_of_the_library():
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(missing="torch", words=["plan"])], capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "ModuleNotFoundError" in ended.stderr
