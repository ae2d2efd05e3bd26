import os
from pathlib import Path

import platformdirs
import pytest

import hfsr
from hfsr import paths
from hfsr.errors import UserError


@pytest.fixture
def two_roots(tmp_path, monkeypatch):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first / "set5", second / "set5", second / "set14"):
        folder.mkdir(parents=True)
        (folder / "0.png").touch()
    monkeypatch.setenv("HFSR_DATA", f"{first}{os.pathsep}{second}")
    return first, second


def test_roots_are_listed_in_the_order_of_the_setting(two_roots):
    assert paths.data_roots() == list(two_roots)


def test_the_first_root_that_has_it_wins(two_roots):
    first, second = two_roots
    assert paths.find_data("set5") == first / "set5"
    assert paths.find_data("set14") == second / "set14"
    assert paths.find_data("set15") is None


@pytest.mark.parametrize("hides", ["file", "empty folder", "dangling link"])
def test_what_holds_no_data_hides_none(two_roots, hides):
    first, second = two_roots
    if hides == "file":
        (first / "set14").touch()
    elif hides == "empty folder":
        (first / "set14").mkdir()
    else:
        (first / "set14").symlink_to(first / "gone")
    assert paths.find_data("set14") == second / "set14"


def test_a_root_that_is_not_there_is_passed_over(tmp_path, monkeypatch):
    (tmp_path / "there" / "set5" / "deep").mkdir(parents=True)
    monkeypatch.setenv("HFSR_DATA", os.pathsep.join([str(tmp_path / "gone"), "", str(tmp_path / "there"), ""]))
    assert paths.data_roots() == [tmp_path / "gone", tmp_path / "there"]
    assert paths.find_data("set5") == tmp_path / "there" / "set5"


@pytest.mark.parametrize("setting", [None, "", os.pathsep])
def test_without_a_setting_it_is_the_users_cache(setting, monkeypatch):
    monkeypatch.delenv("HFSR_DATA", raising=False)
    if setting is not None:
        monkeypatch.setenv("HFSR_DATA", setting)
    assert paths.data_roots() == [Path(platformdirs.user_cache_dir("hfsr"))]


def test_a_tilde_is_the_users_home(monkeypatch):
    monkeypatch.setenv("HFSR_DATA", "~/pictures")
    assert paths.data_roots() == [Path.home() / "pictures"]
    monkeypatch.setenv("HFSR_DATA", "~nobody-here/pictures")
    assert paths.data_roots() == [Path("~nobody-here/pictures")]  # which is not there


@pytest.fixture
def no_setting_for_runs(monkeypatch):
    monkeypatch.delenv("HFSR_RUNS", raising=False)


@pytest.mark.usefixtures("no_setting_for_runs")
def test_in_a_checkout_runs_and_results_lie_beside_the_package(monkeypatch, tmp_path):
    checkout = tmp_path / "checkout"
    (checkout / "hfsr").mkdir(parents=True)
    (checkout / "pyproject.toml").touch()
    monkeypatch.setattr(paths, "PACKAGE", checkout / "hfsr")
    monkeypatch.chdir(tmp_path)
    assert paths.project() == checkout
    assert (paths.runs(), paths.results()) == (checkout / "runs", checkout / "results")


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """The package without its checkout, and an empty folder to work in."""
    monkeypatch.setattr(paths, "PACKAGE", tmp_path / "site-packages" / "hfsr")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.mark.usefixtures("no_setting_for_runs")
def test_without_a_checkout_runs_lie_in_the_current_folder(installed):
    assert paths.runs() == installed / "runs"


@pytest.mark.parametrize(("function", "name"), [(paths.results, "results"), (paths.timings, "benchmarks")])
def test_records_need_a_checkout(installed, function, name):
    with pytest.raises(UserError, match=f"{name}/ is not part of the installed package: this needs a checkout"):
        function()
    (installed / name).mkdir()  # the current folder is one
    assert function().is_relative_to(installed / name)


def test_runs_may_lie_elsewhere(monkeypatch, tmp_path):
    monkeypatch.setenv("HFSR_RUNS", str(tmp_path / "elsewhere"))
    assert paths.runs() == tmp_path / "elsewhere"
    assert paths.results() == paths.project() / "results"


def test_weights_belong_to_the_package():
    assert paths.weights() == Path(hfsr.__file__).resolve().parent / "weights"


def test_networks_are_told_apart_by_what_they_do_to_the_size():
    upscaling, restoring = paths.published(2), paths.published(1)
    assert sorted(upscaling + restoring) == sorted(paths.published())
    assert restoring == ["wdsr-a0-dejpeg", "wdsr-a0-denoise", "wdsr-a1-5-dejpeg", "wdsr-a1-5-denoise"]


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 16, (2).to_bytes(8, "little") + b"{}", (1 << 62).to_bytes(8, "little") + b"{}"]
)
def test_a_file_that_is_no_network_has_no_scale(tmp_path, content):
    (tmp_path / "file.safetensors").write_bytes(content)
    assert paths.scale_of(tmp_path / "file.safetensors") is None
