import os
import subprocess
import sys

import pytest
import torch

NMS = "operator torchvision::nms does not exist"
DECLARED = 'hasattr(torch.ops.torchvision, "nms")'


def import_with(stub, script, tmp_path):
    """Run a script in a fresh interpreter that finds `stub` where torchvision would be."""
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text(f"import torch\n{stub}\n")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    script = f"import torch\n{script}"
    return subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120)


def test_the_installed_pair_works(photograph):
    from hfsr.data.torchvision import torchvision

    image = photograph("astronaut")
    assert torch.equal(torchvision.transforms.functional.hflip(image), image.flip(-1))
    grid = torchvision.utils.make_grid(torch.stack([image[:, :8, :8]] * 4).float(), nrow=2, padding=0)
    assert grid.shape == (3, 16, 16)
    assert callable(torchvision.datasets.CIFAR10)


@pytest.mark.processes
def test_the_missing_operators_are_declared(tmp_path):
    stub = f"if not {DECLARED}: raise RuntimeError('{NMS}')"
    script = "from hfsr.data.torchvision import torchvision"
    script += f"\nprint(torchvision.__file__, {DECLARED}, torch.ops.torchvision.qnms)"
    done = import_with(stub, script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout
    assert " True " in done.stdout
    assert "torchvision.qnms" in done.stdout


@pytest.mark.processes
@pytest.mark.parametrize("message", ["out of memory", "Couldn't load custom C++ ops"])
def test_another_error_is_passed_on(message, tmp_path):
    stub = f'if not {DECLARED}: raise RuntimeError("{message}")'  # declaring would cure it, but it is not asked for
    done = import_with(stub, "import hfsr.data.torchvision", tmp_path)
    assert done.returncode == 1
    assert done.stderr.endswith(f"RuntimeError: {message}\n")


@pytest.mark.processes
def test_a_matching_pair_is_left_untouched(tmp_path):
    done = import_with("", f"import hfsr.data.torchvision\nprint({DECLARED})", tmp_path)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr
