import json

import pytest
import torch
from safetensors.torch import save_file

from hfsr import paths
from hfsr.classifiers import ResNet
from hfsr.errors import UserError
from hfsr.models import SRCNN, WDSR, store


@pytest.mark.parametrize("model", [WDSR(blocks=1), WDSR(blocks=2, features=8), SRCNN(), ResNet(11, 7)], ids=str)
def test_network_comes_back_in_float16_accuracy(tmp_path, model):
    store.save(tmp_path / "w.safetensors", model)
    back = store.load(tmp_path / "w.safetensors")
    assert type(back) is type(model)
    assert back.settings == model.settings
    assert not back.training
    for (name, kept), (_, now) in zip(model.state_dict().items(), back.state_dict().items(), strict=True):
        expected = kept.half().float() if kept.is_floating_point() else kept
        assert torch.equal(now.to(kept.dtype), expected), name
        if kept.is_floating_point():
            assert now.dtype == torch.float32


def test_equal_weights_are_equal_files(tmp_path):
    files = [tmp_path / f"{i}.safetensors" for i in range(8)]
    for file in files:
        torch.manual_seed(0)
        store.save(file, WDSR(blocks=1))
    assert len({file.read_bytes() for file in files}) == 1


def test_published_models_are_listed_and_loaded_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "weights", lambda: tmp_path)
    store.save(tmp_path / "b.safetensors", WDSR(blocks=1))
    store.save(tmp_path / "a.safetensors", SRCNN())
    assert paths.published() == ["a", "b"]
    assert isinstance(store.load_model("b"), WDSR)
    assert isinstance(store.load_model(str(tmp_path / "a.safetensors")), SRCNN)


def test_unknown_model_lists_those_there_are(tmp_path):
    with pytest.raises(UserError, match=r"no model is called 'edsr': choose one of .*wdsr-a1-5"):
        store.load_model("edsr")
    with pytest.raises(UserError, match=r"gone.safetensors: no such file"):
        store.load_model("gone.safetensors")
    with pytest.raises(UserError, match=r"no model is called 'xxxx"):
        store.load_model(300 * "x")  # no file can have that name
    (tmp_path / "folder.safetensors").mkdir()
    with pytest.raises(UserError, match=r"folder.safetensors: a folder, not a file"):
        store.load_model(tmp_path / "folder.safetensors")


@pytest.mark.parametrize("damage", ["cut", "foreign", "renamed", "no metadata"])
def test_damaged_or_foreign_file_is_refused_by_name(tmp_path, damage):
    path = tmp_path / "w.safetensors"
    store.save(path, SRCNN())
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    elif damage == "foreign":
        path.write_text("not safetensors")
    elif damage == "no metadata":
        save_file({"x": torch.zeros(1)}, path)
    else:
        save_file({"x": torch.zeros(1)}, path, metadata={"hfsr": json.dumps({"network": "WDSR", "settings": {}})})
    with pytest.raises(UserError, match=r"w.safetensors: damaged, or no network of hfsr"):
        store.load(path)


def test_a_number_beyond_float16_stays_as_it_is(tmp_path):
    model = ResNet(11)
    with torch.no_grad():
        model.head[0][0].running_var.fill_(1e6)
    store.save(tmp_path / "wide.safetensors", model)
    assert store.load(tmp_path / "wide.safetensors").head[0][0].running_var.unique().item() == 1e6


def test_weights_that_are_no_numbers_are_refused(tmp_path):
    model = SRCNN()
    next(iter(model.parameters())).data[0] = torch.nan
    store.save(tmp_path / "mine.safetensors", model)
    with pytest.raises(UserError, match=r"mine\.safetensors: damaged"):
        store.load(tmp_path / "mine.safetensors")


def test_a_scale_of_nothing_is_refused(tmp_path):
    description = json.dumps({"network": "SRCNN", "settings": {"scale": 0}})
    save_file(SRCNN().state_dict(), tmp_path / "mine.safetensors", metadata={"hfsr": description})
    with pytest.raises(UserError, match=r"mine\.safetensors: damaged"):
        store.load(tmp_path / "mine.safetensors")


def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path, monkeypatch):
    store.save(tmp_path / "mine.safetensors", SRCNN())
    monkeypatch.setattr("hfsr.models.store.os.access", lambda path, mode: False)  # who runs tests as root may read all
    with pytest.raises(UserError, match=r"mine\.safetensors: may not be read"):
        store.load(tmp_path / "mine.safetensors")
