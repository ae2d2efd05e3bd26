"""The snippets of the page on use are run as a reader would run them."""

import importlib
import re

import pytest
import torch
from layout import ROOT
from torch.utils.data import DataLoader

from hfsr import images
from hfsr.data.masked import MaskedPictures
from hfsr.models import WDSR
from hfsr.weightmap import selection_mask


@pytest.fixture(scope="module")
def blocks():
    return re.findall(r"```python\n(.*?)```", (ROOT / "book" / "usage.md").read_text(), re.DOTALL)


def named(blocks, word):
    (block,) = [block for block in blocks if word in block]
    scope = {}
    exec(compile(block, f"usage.md: {word}", "exec"), scope)
    return scope[word]


def test_the_second_snippet_goes_on_from_the_first_and_is_the_papers_way(blocks):
    crop, whole = blocks[:2]
    scope = {}
    exec(compile(crop, "usage.md", "exec"), scope)
    by_crop = scope["loss"]
    exec(compile(whole, "usage.md", "exec"), scope)
    assert torch.isfinite(by_crop)
    assert 0 < by_crop != scope["loss"]
    top, left, size = scope["top"], scope["left"], scope["size"]
    expected = selection_mask(scope["picture"], "1/5")[:, top : top + size, left : left + size]
    assert torch.equal(scope["mask"], expected)


@pytest.fixture
def batches(pictures):
    torch.manual_seed(0)
    return DataLoader(MaskedPictures(pictures.hr, "1/5", lambda both: both[:, :16, :16]), batch_size=3)


def test_the_lightning_module_trains(blocks, batches, tmp_path):
    importlib.import_module(
        "hfsr.data.torchvision"
    )  # Lightning's metrics import torchvision, which fails beside a CPU build
    lightning = importlib.import_module("pytorch_lightning")
    module = named(blocks, "SuperResolution")()
    module.network = WDSR(blocks=1)
    start = [parameter.detach().clone() for parameter in module.network.parameters()]
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    trainer = lightning.Trainer(max_epochs=2, accelerator="cpu", default_root_dir=tmp_path, **quiet)
    trainer.fit(module, batches)
    assert any(not torch.equal(a, b) for a, b in zip(start, module.network.parameters(), strict=True))


def test_the_loop_of_dictionaries_takes_the_mask_as_weight(blocks, batches):
    torch.manual_seed(0)
    network, criterion = WDSR(blocks=1), named(blocks, "SelectedL1Loss")(loss_weight=2.0)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    ((hr, mask),) = batches
    data = {"lq": images.to_float(images.resize_bicubic(hr, 0.5)), "gt": images.to_float(hr), "mask": mask}
    expected = 2 * (network(data["lq"]) - data["gt"]).abs()[mask].mean()
    losses = [named(blocks, "optimize_parameters")(network, optimizer, criterion, data) for _ in range(12)]
    torch.testing.assert_close(losses[0], expected.detach())
    assert losses[-1] < losses[0]
