"""The snippets of the page on other places are run as a reader would run them, each in a folder with a picture."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from layout import ROOT

from hfsr import images, load_model
from hfsr.formats.onnx import export
from hfsr.models.upscaling import upscale

TEXT = (ROOT / "book" / "elsewhere.md").read_text()
FOLDER, ONNX = re.findall(r"^hfsr (export .+)$", TEXT, re.MULTILINE)


@pytest.fixture
def picture(tmp_path, monkeypatch, photograph):
    small = photograph("coffee")[:, 100:160, 200:290]
    images.write(tmp_path / "photo.png", small)
    (tmp_path / "hfsr").symlink_to(ROOT)  # the clone
    monkeypatch.chdir(tmp_path)
    return small


def block(language, word):
    (found,) = [each for each in re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL) if word in each]
    assert len([line for line in found.splitlines() if line]) <= 5
    return found


def run(word):
    scope = {}
    exec(compile(block("python", word), f"elsewhere.md: {word}", "exec"), scope)
    return scope


def test_in_pytorch(picture):
    assert torch.equal(images.to_uint8(run("hfsr.load_model")["large"][0]), upscale(picture, load_model("wdsr-a1-5")))


def test_from_torch_hub(picture):
    assert run("torch.hub")["large"].shape == (1, 3, 48, 64)


@pytest.mark.processes
def test_from_a_folder(picture):
    subprocess.run([Path(sys.executable).with_name("hfsr"), *FOLDER.split()], check=True)
    network = run("from_pretrained")["network"]
    batch = torch.rand(1, 3, 24, 32)
    assert torch.equal(network(batch), load_model("wdsr-a1-5")(batch))


@pytest.mark.processes
def test_in_onnx_runtime(picture, tmp_path):
    subprocess.run([Path(sys.executable).with_name("hfsr"), *ONNX.split()], check=True)
    run("onnxruntime")
    apart = images.read(tmp_path / "photo-x2.png").int() - upscale(picture, load_model("wdsr-a1-5")).int()
    assert apart.abs().max() <= 1


def test_in_a_browser(picture, site, browser):
    folder, address = site
    (folder / "onnxruntime-web").symlink_to(folder / "upscaling")  # its own files of the npm package
    export("wdsr-a1-5", folder / "model.onnx", half=True)
    images.write(folder / "photo.png", picture)
    script = f"<script type=module>{block('js', 'ort.wasm')}; document.title = 'done'</script>"
    body = f"<canvas width={2 * picture.shape[2]} height={2 * picture.shape[1]}></canvas>"
    (folder / "own.html").write_text(f"<!doctype html><meta charset=utf-8><body>{body}{script}")
    page = browser.new_page()
    page.goto(f"{address}/own.html")
    page.wait_for_function("document.title === 'done'", timeout=120_000)
    shown = page.locator("canvas").evaluate(
        "canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data)"
    )
    expected = upscale(picture, load_model("wdsr-a1-5"))
    values = torch.tensor(shown).reshape(*expected.shape[1:], 4)[..., :3].permute(2, 0, 1)
    page.close()
    assert (values - expected.int()).abs().max() <= 1
