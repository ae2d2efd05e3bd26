import csv
import dataclasses
import io
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file

from hfsr import images, paths
from hfsr.analysis import detail
from hfsr.cli import verbs
from hfsr.cli.console import in_one_line
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.models import WDSR, store
from hfsr.models.upscaling import upscale
from hfsr.studies import backlog, card, confirmation, publish, recipes, records, superres, trial, verified
from hfsr.studies.records import RECORD
from hfsr.studies.restore_run import RestoreRecord
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRecord, SuperresRun
from hfsr.weightmap import selection_mask

KINDS = card.kinds()


@pytest.fixture
def picture(tmp_path, photograph):
    path = tmp_path / "photo.png"
    images.write(path, photograph("chelsea")[:, 100:150, 120:190])
    return path


@pytest.fixture
def model(tmp_path):
    torch.manual_seed(0)
    store.save(tmp_path / "model.safetensors", WDSR(blocks=1))
    return tmp_path / "model.safetensors"


VERBS = [
    [],
    ["train"],
    ["evaluate"],
    ["restore"],
    ["upscale"],
    ["mask"],
    ["classify"],
    ["frequency"],
    ["publish"],
    ["study"],
    ["plan"],
    ["export"],
    ["gpu"],
    ["data"],
    ["data", "fetch"],
    ["data", "list"],
    ["data", "check"],
    ["verify"],
]


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_explains_itself(hfsr, verb):
    code, out, _ = hfsr(*verb, "--help")
    assert code == 0
    assert "Usage: hfsr" in out
    if verb not in ([], ["data"]):
        assert "Example: " in out
        assert "hfsr " + " ".join(verb) in out.split("Example: ")[1]


def test_upscale_takes_a_whole_set(hfsr, tmp_path):
    code, out, _ = hfsr("upscale", "digits", tmp_path / "set", "--model", "bicubic")
    assert code == 0
    assert np.load(tmp_path / "set" / "images.npy").shape == (1797, 3, 16, 16)
    assert f"images\t{tmp_path}/set/images.npy\nsha256\t" in out


def test_upscale_writes_what_the_function_returns(hfsr, picture, model, tmp_path):
    code, _, _ = hfsr("upscale", picture, tmp_path / "out.png", "--model", model)
    assert code == 0
    assert torch.equal(images.read(tmp_path / "out.png"), upscale(images.read(picture), store.load(model)))


def test_export_writes_a_file_that_onnx_runtime_reads(hfsr, model, tmp_path):
    assert hfsr("export", model, tmp_path / "out.onnx", "--half") == (0, "", "")
    assert onnxruntime.InferenceSession(tmp_path / "out.onnx").get_modelmeta().custom_metadata_map["name"] == "model"


def test_export_writes_a_folder_for_a_hub(hfsr, model, tmp_path):
    assert hfsr("export", model, tmp_path / "out", "--half") == (0, "", "")
    (tmp_path / "there.onnx").touch()
    for target in ("there.onnx", "out"):
        code, _, err = hfsr("export", model, tmp_path / target)
        assert code == 2
        assert "--overwrite writes" in err
    assert hfsr("export", model, tmp_path / "out", "--overwrite") == (0, "", "")
    assert hfsr("export", model, "-")[2] == "hfsr: -: an export is a file or a folder; name it\n"
    assert read_json(tmp_path / "out" / "config.json")["name"] == "model"


def test_verify_says_identical_until_a_number_is_edited(hfsr, tiny_study):
    publish.publish(superres.train(SuperresRun(Row("bicubic"), tiny_study)))
    code, out, _ = hfsr("verify", "--publish")
    assert code == 0
    assert out.startswith("superres/bicubic-tiny ")
    assert "1 records; what follows from the rest of a record: 1 identical\ncomputed again: 1 identical\n" in out
    (check,) = next(iter(verified.everything().values())).checks
    assert (check.record, check.numbers) == ("superres/bicubic-tiny", 18)

    record = paths.results() / "superres" / "bicubic-tiny.json"
    content = read_json(record)
    content["metrics"][f"{tiny_study.data}/psnr_y_border2"] += 0.1
    write_json(record, content)
    code, out, _ = hfsr("verify", "--records", "bicubic-tiny")
    assert code == 1
    assert "differs" in out.splitlines()[0]
    assert "psnr_y_border2 is" in out
    code, out, _ = hfsr("verify", "--quick")
    assert code == 1
    assert "0 identical, 1 differ\n" in out


@pytest.mark.processes
def test_the_short_runs_come_out_as_published_on_this_machine(tmp_path):
    command = [sys.executable, "-m", "hfsr.cli", "verify", "--quick"]
    ended = subprocess.run(command, env=os.environ | {"HFSR_RUNS": str(tmp_path)}, capture_output=True, text=True)
    assert (ended.returncode, "computed again: " in ended.stdout) == (0, True), ended.stdout + ended.stderr
    trained = [line for line in ended.stdout.splitlines() if re.match(r"(superres|classify)/.*-quick-s0-", line)]
    assert len(trained) == 2
    if torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512") and not torch.cuda.is_available():
        assert [line.split()[1] for line in trained] == ["identical", "identical"]


@pytest.mark.parametrize(
    "words", [("--quick", "--records", "wdsr-a0"), ("--quick", "--retrained"), ("--records",), ("wdsr-a0",)]
)
def test_verify_is_told_one_thing(hfsr, words):
    code, _, err = hfsr("verify", *words)
    assert code == 2
    assert err == "hfsr: choose one: hfsr verify alone, or with --quick, with --retrained, or with --records NAME...\n"


NONE_HERE = (
    "hfsr: none of the sets with checksums is here; `hfsr data list` names all, "
    "`hfsr data fetch` gets those with an address\n"
)


def test_data_check_compares_what_is_here(hfsr, tmp_path, monkeypatch):
    monkeypatch.setenv("HFSR_DATA", str(tmp_path))
    assert hfsr("data", "check")[::2] == (2, NONE_HERE)
    images.write(tmp_path / "set5" / "baby.png", torch.zeros(3, 4, 4, dtype=torch.uint8))
    code, out, _ = hfsr("data", "check", "set5")
    assert code == 1
    assert out.startswith("set5\tbird is missing; butterfly is missing;")
    assert out.endswith("baby.png has other pixels\n")


def test_a_mask_takes_the_place_of_no_picture(hfsr, picture, tmp_path):
    before = picture.read_bytes()
    code, _, err = hfsr("mask", picture, picture, "--overwrite")
    assert (code, err) == (2, f"hfsr: {picture}: would be written over by its own result; choose another place\n")
    assert picture.read_bytes() == before
    target = tmp_path / "mask.png"
    assert hfsr("mask", picture, target)[0] == 0
    assert hfsr("mask", picture, target)[2] == f"hfsr: {target}: is there already; --overwrite writes over it\n"
    assert hfsr("mask", picture, target, "--overwrite")[0] == 0


def test_mask_writes_white_where_an_element_is_selected(hfsr, picture, tmp_path):
    code, out, _ = hfsr("mask", picture, tmp_path / "mask.png", "--alpha", "1/3")
    expected = selection_mask(images.read(picture), "1/3")
    assert code == 0
    assert torch.equal(images.read(tmp_path / "mask.png"), expected.to(torch.uint8) * 255)
    assert out.startswith(f"{expected.double().mean():.4f} of the elements")


@pytest.mark.parametrize(
    ("words", "way"),
    [
        (["train"], "`hfsr plan` with the recipe says what a training needs"),
        (["upscale", "picture.png", "out.png"], "CUDA_VISIBLE_DEVICES= before the command leaves it out"),
    ],
    ids=["train", "upscale"],
)
def test_a_gpu_whose_memory_is_full_is_one_line(monkeypatch, capsys, words, way):
    monkeypatch.setattr(sys, "argv", ["hfsr", *words])
    with pytest.raises(SystemExit) as end, in_one_line():
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has ...")
    assert end.value.code == 2
    line = f"hfsr: CUDA out of memory: end what else uses the GPU, or take a larger one; {way}\n"
    assert capsys.readouterr().err == line


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried ...")]
)
def test_a_machine_whose_memory_is_full_is_one_line(capsys, error):
    with pytest.raises(SystemExit) as end, in_one_line():
        raise error
    assert end.value.code == 2
    line = "hfsr: this machine's memory is full: end what else uses it, or take less at a time\n"
    assert capsys.readouterr().err == line


def test_no_mask_is_written_of_which_nothing_can_be_said(hfsr, picture, tmp_path, monkeypatch):
    def full(tensor):
        raise MemoryError

    monkeypatch.setattr(torch.Tensor, "count_nonzero", full)
    code, _, err = hfsr("mask", picture, tmp_path / "mask.png")
    assert (code, err.partition(":")[2].partition(":")[0]) == (2, " this machine's memory is full")
    assert not (tmp_path / "mask.png").exists()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            ["restore", "a.png", "b.png"],
            "hfsr restore: Missing option '--model'; `hfsr restore --help` lists what there is",
        ),
        (
            ["upscale", "a.png", "b.png", "--model"],
            "hfsr upscale: Option '--model' requires an argument; `hfsr upscale --help` lists what there is",
        ),
        (["upscal"], "hfsr: No such command 'upscal'. Did you mean 'upscale'; `hfsr --help` lists what there is"),
        (["data", "fetch"], "hfsr data fetch: Missing argument 'name'; `hfsr data fetch --help` lists what there is"),
    ],
    ids=["option", "value", "verb", "argument"],
)
def test_a_slip_of_the_command_line_is_one_line(hfsr, words, line):
    assert hfsr(*words) == (2, "", f"{line}\n")


def test_without_a_verb_there_is_help(hfsr):
    code, _, err = hfsr()
    assert code == 2
    assert err.startswith("Usage: hfsr")


def test_the_verbs_are_listed_in_an_order_and_each_on_a_line(hfsr):
    _, out, _ = hfsr("--help")
    listed = [line.split()[0] for line in out.partition("Commands:\n")[2].splitlines()]
    assert tuple(listed) == verbs.VERBS
    assert "..." not in out.partition("Commands:\n")[2]


def test_other_errors_of_the_library_are_raised():
    with pytest.raises(RuntimeError, match="shapes"), in_one_line():
        raise RuntimeError("shapes differ")


def test_evaluate_prints_each_metric_of_each_set(hfsr, picture):
    code, out, _ = hfsr("evaluate", "bicubic", picture.parent)
    assert code == 0
    assert "/psnr_y_border2\t" in out
    assert "/ssim_rgb_border8\t" in out


def test_a_flat_picture_does_not_hide_the_others(hfsr, picture):
    """It comes out exactly, so its PSNR is infinite, and none of its elements differs from its neighbours."""
    alone = hfsr("evaluate", "bicubic", picture.parent)[1].splitlines()
    images.write(picture.with_name("flat.png"), torch.full((3, 40, 40), 128, dtype=torch.uint8))
    code, out, err = hfsr("evaluate", "bicubic", picture.parent)
    psnrs = [line for line in out.splitlines() if "/psnr" in line]
    assert code == 0
    assert psnrs == [line for line in alone if "/psnr" in line]
    assert err.count("without 1 of 2 pictures, which come out exactly or have no such elements") == len(psnrs)


def test_a_flat_picture_has_no_detail_to_be_recovered(hfsr, picture):
    """What rounding leaves of its power is none: by that much any error would be beyond all measure."""
    flat = picture.with_name("flat.png")
    images.write(flat, torch.full((3, 45, 63), 128, dtype=torch.uint8))
    code, out, err = hfsr("evaluate", "input", picture.parent, "--degrade", "noise25")
    recovered = float(next(line for line in out.splitlines() if "/recovered" in line).split()[1])
    assert code == 0
    assert -100 < recovered < 1
    assert "/recovered: without 1 of 2 pictures" in err
    picture.unlink()
    code, out, err = hfsr("evaluate", "input", picture.parent, "--degrade", "noise25")
    assert code == 0
    assert "/recovered\tnan" in out
    assert "/recovered: without 1 of 1 pictures" in err


def test_evaluate_measures_on_what_is_to_be_undone(hfsr, picture):
    code, out, _ = hfsr("evaluate", "nlm", picture.parent, "--degrade", "noise50")
    assert code == 0
    assert "/recovered\t" in out
    assert hfsr("evaluate", "bicubic", picture.parent, "--degrade", "noise50")[::2] == (
        2,
        "hfsr: a method for x2 does not undo 'noise50', which is x1: choose another degradation\n",
    )


def test_a_restorer_is_trained_with_a_weight_outside(hfsr, folder, tmp_path, monkeypatch):
    tiny = {"crop": 8, "batch": 2, "blocks": 1, "data": str(folder), "watch": str(folder), "evaluation": (str(folder),)}
    monkeypatch.setitem(recipes.RESTORE, "quick", dataclasses.replace(recipes.restore("quick"), **tiny))
    words = ("--alpha", "1/5", "--outside", "0.1", "--degrade", "jpeg10", "--steps", 2)
    code, out, _ = hfsr("train", *words, "--out", tmp_path / "run")
    assert code == 0
    assert f"{folder.name}/recovered\t" in out
    record = records.read(tmp_path / "run" / RECORD, RestoreRecord)
    assert (record.degrade, record.outside, record.alpha) == ("jpeg10", 0.1, 0.2)


def test_train_and_publish_leave_a_record_and_a_model(hfsr, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "weights", lambda: tmp_path / "weights")
    monkeypatch.setattr(paths, "results", lambda: tmp_path / "results")
    options = {
        "crop": 8,
        "batch": 2,
        "blocks": 1,
        "data": str(folder),
        "watch": str(folder),
        "evaluation": (str(folder),),
    }
    monkeypatch.setitem(recipes.SUPERRES, "quick", dataclasses.replace(recipes.superres("quick"), **options))
    code, out, _ = hfsr("train", "--alpha", "1/5", "--steps", 3, "--out", tmp_path / "run")
    assert code == 0
    record = records.read(tmp_path / "run" / RECORD, SuperresRecord)
    assert f"/psnr_y_border2\t{record.metrics[f'{folder.name}/psnr_y_border2']:.4f}" in out
    code, out, _ = hfsr("publish", tmp_path / "run", "mine")
    assert (code, out) == (0, f"{tmp_path / 'results' / 'superres' / 'mine.json'}\n")
    assert isinstance(store.load_model("mine"), WDSR)


def test_classify_prints_the_accuracy(hfsr, tmp_path):
    code, out, _ = hfsr("classify", "--steps", 3, "--out", tmp_path / "run")
    assert code == 0
    assert out.startswith("digits/test_accuracy\t0.")


def test_frequency_prints_what_it_measured(hfsr, tmp_path):
    code, out, _ = hfsr("frequency", "truth-quick", "--out", tmp_path / "run")
    assert code == 0
    assert "embedded-held-out/recovered\t1.0000" in out


def test_data_list_names_every_set(hfsr):
    code, out, _ = hfsr("data", "list")
    assert code == 0
    assert all(name in out for name in ("embedded", "set5", "div2k-train", "digits", "cifar100"))
    (digits,) = [line.split() for line in out.splitlines() if line.startswith("digits ")]
    assert digits[-3:] == ["yes", "inside", "scikit-learn"]


def test_data_fetch_prints_where_the_set_is(hfsr, tmp_path, monkeypatch):
    monkeypatch.setattr("hfsr.data.fetch.fetch", lambda name: tmp_path / name)
    assert hfsr("data", "fetch", "cifar10") == (0, f"{tmp_path / 'cifar10'}\n", "")


MISTAKES = [
    (["upscale", "photo.png"], "photo.png: where is the upscaled picture to go? hfsr upscale photo.png photo-x2.png"),
    (["upscale", "digits", "--model", "original"], "are not upscaled: choose"),
    (["upscale", "absent.jpg", "out.png"], "absent.jpg: no such file"),
    (["upscale", "{picture}", "out.gif"], "out.gif: the name of a picture must end in one of"),
    (["upscale", "{picture}", "out.png", "--model", "edsr"], "no model is called 'edsr': choose one of"),
    (["export", "edsr", "out.onnx"], "no model is called 'edsr': choose one of"),
    (["export", "wdsr-a1-5", "out.pt"], "out.pt: the name of an ONNX file must end in .onnx"),
    (["mask", "{picture}", "out.jpg"], "out.jpg: JPEG would blur it; choose a name that ends in .png"),
    (["upscale", "{picture}", "photo.png/out.png"], "photo.png: cannot be made"),
    (["mask", "{picture}", "out.png", "--alpha", "nan"], "must be finite"),
    (["mask", "{picture}", "new/out.png", "--alpha", "nan"], "must be finite"),
    (["mask", "{picture}", "out.png", "--alpha", "a lot"], "alpha = 'a lot' is not a number"),
    (["evaluate", "bicubic", "nowhere"], "nowhere"),
    (["train", "--alpha", "-1"], "must be finite and at least 0"),
    (["train", "--degrade", "fog"], "no degradation is called 'fog': choose one of bicubic, noise15"),
    (["train", "--degrade", "noise25", "--recipe", "bench"], "choose one of quick, denoise, dejpeg"),
    (["train", "--alpha", "1/5", "--outside", "2"], "outside is a weight in [0, 1], not 2"),
    (["train", "--method", "nlm"], "nlm keeps a picture's size: choose a degradation that does"),
    (["restore", "absent.jpg", "out.png", "--model", "bicubic"], "bicubic: upscales a picture"),
    (
        ["train", "--recipe", "grand"],
        "choose one of quick, bench, paper, authors, public, long, flagship, finetuned, lossless",
    ),
    (["train", "--recipe", "denoize"], "lossless, denoise, dejpeg"),
    (
        ["train", "--method", "bicubic", "--steps", "5"],
        "--method bicubic: there is nothing to train; leave out --steps",
    ),
    (["train", "--method", "bicubic", "--data", "nowhere"], "there is nothing to train; leave out --steps and --data"),
    (["mask", "{picture}", "."], ".: a folder; name the file to write"),
    (
        ["upscale", "{picture}", "./photo.png"],
        "photo.png: would be written over by its own result; choose another place",
    ),
    (["upscale", "digits", "cifar10"], "cifar10: another labelled set; each is upscaled by a command of its own"),
    (["publish", ".", "name"], "no finished run lies here"),
    (["classify", "--dataset", "imagenet"], "imagenet"),
    (["frequency", "nothing"], "nothing: no finished run of that name below"),
    (["frequency", "truth-grand"], "no recipe is called 'grand'"),
    (["data", "fetch", "imagenet"], "imagenet"),
]


@pytest.mark.parametrize(("words", "message"), MISTAKES, ids=[" ".join(words) for words, _ in MISTAKES])
def test_a_mistake_is_one_line_and_exit_code_2(hfsr, picture, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    code, out, err = hfsr(*(word.replace("{picture}", str(picture)) for word in words))
    assert code == 2
    assert out == ""
    assert err.startswith("hfsr: ")
    assert message in err
    assert err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photo.png"]


def test_a_link_to_nothing_is_there_already(hfsr, picture, tmp_path):
    link = tmp_path / "out.png"
    link.symlink_to("nowhere.png")
    said = f"hfsr: {link}: is there already; --overwrite writes over it\n"
    assert hfsr("mask", picture, link) == (2, "", said)
    assert link.is_symlink()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["study", "superres", "quick", "--steps", "9", "--publish"],
            "hfsr: --publish is for runs of as many iterations",
        ),
        (["gpu", "--minutes", "nan"], "hfsr: --minutes nan: name a number of minutes up to 525,600"),
        (["gpu", "--minutes", "inf"], "hfsr: --minutes inf: name a number of minutes"),
        (["gpu", "--minutes", "1e12"], "hfsr: --minutes 1e+12: name a number of minutes"),
        (["gpu", "--minutes", "0"], "hfsr: --minutes 0: name a number of minutes"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_odd_words_are_one_line(hfsr, words, message):
    code, _, err = hfsr(*words)
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith(message)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a file's name is text")
def test_names_of_bytes_that_are_no_text_are_names(hfsr, photograph, tmp_path, monkeypatch):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    images.write(folder / os.fsdecode(b"\xe9.png"), photograph("coffee")[:, :64, :64])
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", printed)
    assert hfsr("evaluate", "bicubic", folder)[0] == 0
    printed.flush()
    assert b"caf\\udce9/psnr_rgb_border8\t" in printed.buffer.getvalue()


def test_a_full_disk_is_one_line(hfsr, picture, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", "out.png")

    monkeypatch.setattr(images, "write", full)
    code, _, err = hfsr("mask", picture, tmp_path / "out.png")
    assert (code, err) == (2, "hfsr: out.png: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_an_output_that_is_full_is_named():
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "hfsr.cli", "--version"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (2, "hfsr: standard output: No space left on device\n")


def test_a_name_that_no_file_can_have_is_one_line(hfsr):
    name = 300 * "x"
    code, _, err = hfsr("evaluate", "bicubic", name)
    assert code == 2
    assert err.startswith(f"hfsr: {name}: ")
    assert err.count("\n") == 1
    assert hfsr("publish", name)[::2] == (2, f"hfsr: {name}/record.json: File name too long\n")


def test_an_interruption_says_how_to_go_on(hfsr, picture, tmp_path, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(images, "read", stopped)
    code, _, err = hfsr("mask", picture, tmp_path / "out.png")
    assert (code, err) == (130, "hfsr: stopped\n")  # it begins anew
    monkeypatch.setattr(superres, "train", stopped)
    code, _, err = hfsr("train")
    assert (code, err) == (130, "hfsr: stopped; the same command goes on from the last checkpoint\n")


def test_unknown_verb_exits_with_2(hfsr):
    code, _, err = hfsr("paint")
    assert code == 2
    assert "No such command 'paint'" in err


def test_the_installed_command_runs(tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "hfsr.cli", "upscale", "absent.png", "out.png"], capture_output=True, text=True
    )
    assert (result.returncode, result.stdout, result.stderr) == (2, "", "hfsr: absent.png: no such file\n")


def test_study_shows_where_its_runs_stand_and_publishes_what_is_finished(hfsr, tmp_path, monkeypatch):
    for kind in ("runs", "results", "weights"):
        monkeypatch.setattr(paths, kind, lambda kind=kind: tmp_path / kind)
    code, out, _ = hfsr("study", "superres", "long", "--publish")
    assert code == 0
    lines = [line.split()[:3] for line in out.splitlines()[2:]]
    assert lines[:2] == [["wdsr-a0-long-s0", "False", "0"], ["wdsr-a1-5-long-s0", "False", "0"]]
    assert len(lines) == 9
    assert hfsr("study", "classify", "authors")[::2] == (
        2,
        "hfsr: no recipe is called 'authors': choose one of quick, bench, paper, long, compact, compact-full, compact-long, "
        "compact-half, compact-quick\n",
    )


def test_without_a_gpu_there_is_one_line(hfsr, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    said = "hfsr: there is no GPU here that this torch can use (CUDA 13.0); `make study` trains on the processor\n"
    assert hfsr("gpu") == (2, "", said)
    monkeypatch.setattr(torch.version, "cuda", None)
    assert "built without CUDA" in hfsr("gpu")[2]


def test_a_card_is_checked_measured_and_put_to_work(hfsr, monkeypatch, tiny_study):
    """The CPU in a card's place."""
    monkeypatch.setattr("hfsr.cli.gpu.is_here", lambda: True)
    monkeypatch.setattr(backlog, "ORDER", (backlog.Item("superres", "tiny"),))
    monkeypatch.setattr(card, "kinds", lambda: KINDS[-4:-2])
    monkeypatch.setattr(trial, "TIMED", 0.1)
    code, said, _ = hfsr("gpu", "--minutes", "10")
    assert code == 0
    for expected in (
        "digits-original",
        "% of convolution",
        "5 runs to do",
        "wdsr-a0-tiny-s0: published as wdsr-a0-tiny",
    ):
        assert expected in said
    monkeypatch.setattr(card, "throughput", lambda runs: time.sleep(60))
    code, said, _ = hfsr("gpu", "--minutes", "0.1")
    assert code == 0
    assert "the rates are left out" in said
    monkeypatch.setattr(card, "TOLERANCE", dict.fromkeys(card.TOLERANCE, -1.0))
    code, said, complaint = hfsr("gpu")
    assert (code, "runs to do" in said) == (2, False)
    assert complaint.endswith("digits-bicubic-quick-s0 are not the CPU's: nothing is trained on this GPU\n")


def test_confirm_measures_the_sets_that_decide(hfsr, tiny_study, pictures, monkeypatch, tmp_path):
    monkeypatch.setattr(detail, "RINGS", 8)
    monkeypatch.setattr(confirmation, "SETS", (pictures.name,))
    assert hfsr("confirm", "truth-tiny", "--out", tmp_path / "run")[0] == 0
    assert read_json(tmp_path / "run" / RECORD)["study"] == "confirmation"


def test_plan_takes_its_hours_from_records_or_from_the_device(hfsr, monkeypatch):
    monkeypatch.setattr("hfsr.studies.cost.summary", lambda recipe, known: f"{recipe}, {known.__name__}")
    assert hfsr("plan") == (0, "bench, of_records\n", "")
    assert hfsr("plan", "--recipe", "quick", "--measure") == (0, "quick, of_device\n", "")


def test_one_set_that_differs_decides_the_exit_code(hfsr, monkeypatch):
    monkeypatch.setattr("hfsr.data.checksums.problems", {"set5": ["a is missing"], "set14": []}.get)
    assert hfsr("data", "check", "set5", "set14") == (1, "set5\ta is missing\nset14\tthe same pictures\n", "")


def test_half_of_the_bits_are_exported(hfsr, model, tmp_path):
    assert hfsr("export", model, tmp_path / "out", "--half") == (0, "", "")
    weights = load_file(tmp_path / "out" / "model.safetensors")
    assert {each.dtype for each in weights.values()} == {torch.float16}


def test_verify_narrows_the_processor_unless_it_is_told_how(hfsr, monkeypatch):
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "SSE41")
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA")  # as it was before, after the test
    monkeypatch.setattr(sys.modules["hfsr.cli.verify"], "sys", SimpleNamespace(modules={}))  # before torch was imported
    assert hfsr("verify", "--quick", "--records")[0] == 2
    assert (os.environ["ATEN_CPU_CAPABILITY"], os.environ["ONEDNN_MAX_CPU_ISA"]) == ("default", "AVX2")


def test_a_table_of_shortened_runs_is_of_them(hfsr, tiny_study, tmp_path):
    superres.train(SuperresRun(Row("wdsr"), tiny_study, steps=2))
    assert hfsr("study", "superres", "tiny", "--steps", 2, "--table", tmp_path / "table.csv")[0] == 0
    (row,) = csv.DictReader((tmp_path / "table.csv").open())
    assert (row["steps"], row["seeds"]) == ("2", "1")


def test_recognise_takes_the_judges_of_as_many_iterations(hfsr, monkeypatch):
    def called(*words):
        raise UserError(f"asked for {words}")

    monkeypatch.setattr("hfsr.studies.recognise.called", called)
    assert "asked for ('truth-bench', 7)" in hfsr("recognise", "truth-bench", "--steps", 7)[2]


@pytest.mark.skipif(sys.platform == "win32", reason="there no name holds a line's end")
def test_a_name_with_a_lines_end_is_told_in_one_line(hfsr, tmp_path):
    code, _, said = hfsr("upscale", tmp_path / "gone\nname.png", tmp_path / "out.png")
    assert code == 2
    assert said.count("\n") == 1
    assert r"gone\nname.png: no such file" in said
