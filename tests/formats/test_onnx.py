"""ONNX files compute what PyTorch does, whatever the size, say what they are, and are whole or not there."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from hfsr import UserError, images, load_model, paths
from hfsr.classifiers import ResNet
from hfsr.files import read_json
from hfsr.formats.onnx import export
from hfsr.models import SRCNN, store
from hfsr.models.upscaling import upscale


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """ONNX files by network and storage, each made once."""
    folder, made = tmp_path_factory.mktemp("onnx"), {}

    def file(name, half=False):
        if (name, half) not in made:
            made[name, half] = folder / f"{name}-{half}.onnx"
            export(name, made[name, half], half)
        return made[name, half]

    return file


def run(path, batch):
    (result,) = onnxruntime.InferenceSession(path).run(None, {"lr": batch.numpy()})
    return torch.from_numpy(result)


@pytest.mark.parametrize("size", [(1, 3, 1, 1), (3, 3, 17, 50), (1, 3, 80, 2)])
@pytest.mark.parametrize(
    ("name", "half", "apart"),
    [("wdsr-a1-5", False, 2e-6), ("wdsr-a1-5", True, 5e-4), ("srcnn", False, 2e-6), ("srcnn", True, 5e-4)],
)
def test_any_size_gives_what_pytorch_does(exported, name, half, apart, size):
    batch = torch.rand(size, generator=torch.manual_seed(1))
    with torch.inference_mode():
        expected = load_model(name)(batch)
    torch.testing.assert_close(run(exported(name, half), batch), expected, rtol=0, atol=apart)


def test_weights_in_float16_are_half_the_file_and_give_the_same_picture(exported, photograph):
    small, large = exported("wdsr-a1-5", half=True), exported("wdsr-a1-5")
    assert small.stat().st_size < 0.52 * large.stat().st_size
    picture = photograph("coffee")[:, 100:160, 200:290]
    result = images.to_uint8(run(small, images.to_float(picture)[None])[0])
    apart = (result.int() - upscale(picture, load_model("wdsr-a1-5")).int()).abs()
    assert apart.max() <= 1
    assert (apart > 0).float().mean() < 0.02


def test_it_says_what_it_is(exported):
    record = read_json(paths.results() / "superres" / "srcnn.json")
    assert onnxruntime.InferenceSession(exported("srcnn", half=True)).get_modelmeta().custom_metadata_map == {
        "name": "srcnn",
        "weights_sha256": record["weights_sha256"],
        "licence": "MIT",
        "scale": "2",
        "halo": "6",
    }


def test_it_names_no_place_of_this_machine(exported):
    assert str(Path(store.__file__).parents[1]).encode() not in exported("srcnn", half=True).read_bytes()


def test_it_is_a_whole_model_by_the_standards_own_check(exported):
    onnx.checker.check_model(exported("srcnn", half=True), full_check=True)


def test_what_is_not_pytorchs_result_is_refused_and_nothing_is_written(tmp_path, monkeypatch):
    class Other:
        def __init__(self, *_, **__): ...

        def run(self, _, inputs):
            n, _, height, width = inputs["lr"].shape
            return [np.full((n, 3, 2 * height, 2 * width), np.nan, np.float32)]

    monkeypatch.setattr(onnxruntime, "InferenceSession", Other)
    with pytest.raises(UserError, match="result is nan from PyTorch's, where 1e-05 is allowed"):
        export("srcnn", tmp_path / "out.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_network_of_ones_own_keeps_its_scale_and_has_no_licence(tmp_path):
    store.save(tmp_path / "mine.safetensors", SRCNN(scale=4))
    export(tmp_path / "mine.safetensors", tmp_path / "mine.onnx")
    facts = {entry.key: entry.value for entry in onnx.load(tmp_path / "mine.onnx").metadata_props}
    assert facts.keys() == {"name", "weights_sha256", "scale", "halo"}
    assert facts["scale"] == "4"
    assert run(tmp_path / "mine.onnx", torch.zeros(1, 3, 5, 7)).shape == (1, 3, 20, 28)


def test_a_classifier_is_refused(tmp_path):
    store.save(tmp_path / "classes.safetensors", ResNet(depth=11))
    with pytest.raises(UserError, match="a classifier; only networks that make pictures are exported"):
        export(tmp_path / "classes.safetensors", tmp_path / "classes.onnx")


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    (tmp_path / "out.onnx").write_bytes(b"old")
    monkeypatch.setattr("hfsr.files.os.replace", full)
    with pytest.raises(UserError, match=r"out\.onnx: cannot be written"):
        export("srcnn", tmp_path / "out.onnx")
    assert (tmp_path / "out.onnx").read_bytes() == b"old"


def test_a_file_that_is_right_for_black_alone_is_not_written(tmp_path, monkeypatch):
    class Blind:
        def __init__(self, *_, **__): ...

        def run(self, _, inputs):
            with torch.inference_mode():
                return [load_model("srcnn")(torch.zeros(inputs["lr"].shape)).numpy()]

    monkeypatch.setattr(onnxruntime, "InferenceSession", Blind)
    with pytest.raises(UserError, match="from PyTorch's"):
        export("srcnn", tmp_path / "out.onnx")
    assert not list(tmp_path.iterdir())
