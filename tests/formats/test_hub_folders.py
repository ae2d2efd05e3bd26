"""Folders for huggingface_hub give back the same network, bit for bit, and no other machine is asked."""

import shutil
import socket

import pytest
import torch
from huggingface_hub import ModelCard, hub_mixin
from safetensors.torch import load_file, save_file

from hfsr import UserError, load_model, models, paths, upscale
from hfsr.classifiers import Compact, ResNet
from hfsr.files import read_json
from hfsr.formats import hub
from hfsr.models import store

KINDS = {"wdsr-a1-5": hub.WDSR, "srcnn": hub.SRCNN}


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def refuse(*_):
        raise AssertionError("asks another machine")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    for name in KINDS:
        hub.export(name, folder / name)
    return folder


@pytest.mark.parametrize("name", KINDS)
def test_a_published_network_comes_back_bit_for_bit(exported, name):
    network, expected = KINDS[name].from_pretrained(exported / name), load_model(name)
    assert not network.training
    weights = network.state_dict()
    assert weights.keys() == expected.state_dict().keys()
    assert all(torch.equal(weights[key], value) for key, value in expected.state_dict().items())
    batch = torch.rand(2, 3, 17, 30, generator=torch.manual_seed(0))
    with torch.inference_mode():
        assert torch.equal(network(batch), expected(batch))


def test_it_upscales_pictures_as_the_networks_of_the_package_do(exported):
    picture = torch.randint(256, (3, 20, 30), dtype=torch.uint8, generator=torch.manual_seed(0))
    network = hub.WDSR.from_pretrained(exported / "wdsr-a1-5")
    assert torch.equal(upscale(picture, network), upscale(picture, "wdsr-a1-5"))


def test_weights_in_float16_are_half_the_file_and_the_same_numbers(exported, tmp_path):
    hub.export("wdsr-a1-5", tmp_path, half=True)
    sizes = [(folder / "model.safetensors").stat().st_size for folder in (tmp_path, exported / "wdsr-a1-5")]
    assert sizes[0] < 0.52 * sizes[1]
    weights = hub.WDSR.from_pretrained(tmp_path).state_dict()
    assert all(torch.equal(weights[key], value) for key, value in load_model("wdsr-a1-5").state_dict().items())


def test_the_folder_says_what_it_holds(exported):
    record = read_json(paths.results() / "superres" / "srcnn.json")
    assert read_json(exported / "srcnn" / "config.json") == {
        "network": "SRCNN",
        "name": "srcnn",
        "weights_sha256": record["weights_sha256"],
        "licence": "MIT",
        "scale": 2,
        "halo": 6,
    }
    card = ModelCard.load(exported / "srcnn" / "README.md")
    assert (card.data.license, card.data.library_name, card.data.pipeline_tag) == ("mit", "hfsr", "image-to-image")
    assert "# srcnn\n" in card.text
    assert "gives (N, 3, 2H, 2W)" in card.text
    assert "SRCNN.from_pretrained(" in card.text


def test_a_network_of_ones_own_is_kept_to_the_last_digit_and_has_no_licence(tmp_path):
    mine = hub.WDSR(blocks=1, features=5, scale=3)
    mine.save_pretrained(tmp_path)
    back = hub.WDSR.from_pretrained(tmp_path)
    assert back.settings == mine.settings == read_json(tmp_path / "config.json")
    assert all(torch.equal(value, mine.state_dict()[key]) for key, value in back.state_dict().items())
    assert ModelCard.load(tmp_path / "README.md").data.license is None


def test_a_run_is_exported_over_what_was_there(exported, tmp_path):
    store.save(tmp_path / "mine.safetensors", models.WDSR(blocks=1))
    hub.export("srcnn", tmp_path / "folder")
    hub.export(tmp_path / "mine.safetensors", tmp_path / "folder")
    config, card = read_json(tmp_path / "folder" / "config.json"), ModelCard.load(tmp_path / "folder" / "README.md")
    assert (config["name"], config["network"], config["blocks"]) == ("mine", "WDSR", 1)
    assert "licence" not in config
    assert card.data.license is None
    assert "# mine\n" in card.text
    assert len(load_file(tmp_path / "folder" / "model.safetensors")) == len(models.WDSR(blocks=1).state_dict())


def test_weights_that_are_missing_are_no_network(exported, tmp_path):
    shutil.copy(exported / "srcnn" / "config.json", tmp_path)
    weights = load_file(exported / "srcnn" / "model.safetensors")
    del weights["last.bias"]
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(RuntimeError, match=r"Missing key.+last\.bias"):
        hub.SRCNN.from_pretrained(tmp_path)


@pytest.mark.parametrize(("network", "other"), [(hub.WDSR(blocks=1), hub.SRCNN), (hub.SRCNN(), hub.WDSR)])
def test_the_class_that_reads_a_folder_is_named_where_another_was_asked(tmp_path, network, other):
    network.save_pretrained(tmp_path / "mine")
    name = type(network).__name__
    with pytest.raises(UserError) as refused:
        other.from_pretrained(tmp_path / "mine")
    reads = f"hfsr.formats.hub.{name}.from_pretrained reads it"
    assert str(refused.value) == f"{tmp_path / 'mine'}: holds a network {name}; {reads}"

    class Mine(type(network)):
        """What a user makes of it reads it as well."""

    assert isinstance(Mine.from_pretrained(tmp_path / "mine"), Mine)


@pytest.mark.parametrize("classifier", [ResNet(depth=11), Compact((8, 8))], ids=lambda one: type(one).__name__)
def test_a_classifier_is_refused(tmp_path, classifier):
    store.save(tmp_path / "classes.safetensors", classifier)
    with pytest.raises(UserError, match="a classifier; only networks that make pictures are exported"):
        hub.export(tmp_path / "classes.safetensors", tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_a_file_in_the_folders_place_is_named(tmp_path):
    (tmp_path / "model").touch()
    with pytest.raises(UserError, match=r"model/\S+: cannot be written"):
        hub.export("srcnn", tmp_path / "model")


def test_a_repository_of_pickles_is_refused_in_one_line(tmp_path, monkeypatch):
    def fetched(filename, **_):
        if filename == "model.safetensors":
            raise hub_mixin.EntryNotFoundError("no such file")
        (tmp_path / filename).write_text('{"blocks": 1}' if filename == "config.json" else "a pickle")
        return str(tmp_path / filename)

    monkeypatch.setattr(hub_mixin, "hf_hub_download", fetched)
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("loaded"))
    with pytest.raises(UserError, match=r"pytorch_model.bin: a pickle, which hfsr never loads"):
        hub.WDSR.from_pretrained("somebody/network")
