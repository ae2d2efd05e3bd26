import dataclasses
import os
import shutil
import socket

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_sample_image

from hfsr import extras, images
from hfsr.data import catalogue, div2k, embedded, fetch, photographs
from hfsr.data.photographs import load, require_crop
from hfsr.errors import UserError


def noise(height: int, width: int, seed: int, channels: int = 3) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (channels, height, width), dtype=torch.uint8, generator=generator)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """The only data root; the current folder is another one."""
    monkeypatch.setenv("HFSR_DATA", str(tmp_path / "root"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "root"


@pytest.fixture
def folder(tmp_path):
    """Seven pictures of different formats and sizes, one of them grey, and things that do not count."""
    path = tmp_path / "pictures"
    for seed, (name, size) in enumerate(
        {
            "t10.png": (5, 7),
            "t2.png": (4, 6),
            "t1.PNG": (8, 3),
            "b.jpg": (6, 6),
            "c.webp": (4, 4),
            "a.bmp": (2, 2),
        }.items()
    ):
        images.write(path / name, noise(*size, seed))
    images.write(path / "grey.tiff", noise(4, 8, 9, channels=1))
    images.write(path / "within" / "t3.png", noise(4, 4, 10))
    (path / "folder.png").mkdir()
    (path / ".hidden.png").write_bytes(b"not read")
    (path / "Thumbs.db").write_bytes(b"not read")
    return path


NATURAL = ("a.bmp", "b.jpg", "c.webp", "grey.tiff", "t1.PNG", "t2.png", "t10.png")


@pytest.fixture(scope="module")
def embedded_sets():
    return load("embedded"), load("embedded-held-out")


# The embedded photographs


def test_embedded_photographs_are_split_into_training_and_held_out(embedded_sets):
    training, held_out = embedded_sets
    assert training.names == ("astronaut", "china", "motorcycle-left", "motorcycle-right", "rocket")
    assert held_out.names == ("chelsea", "coffee", "flower")
    assert (training.name, held_out.name) == ("embedded", "embedded-held-out")
    for one in training.hr:
        assert not any(one.shape == other.shape and torch.equal(one, other) for other in held_out.hr)


@pytest.mark.parametrize("name", ["china", "flower"])
def test_a_photograph_is_what_scikit_learn_reads(name):
    pixels = embedded.read(name).permute(1, 2, 0)
    assert np.array_equal(pixels, load_sample_image(f"{name}.jpg"))


def test_without_scikit_learn_its_photographs_say_so(monkeypatch):
    monkeypatch.setattr(embedded, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="sklearn") as error:
        embedded.read("china")
    assert extras.way_out(error.value.name) == "pip install 'hfsr[study]' (sklearn is not installed)"


def test_the_stereo_pair_is_two_pictures_of_one_scene(embedded_sets):
    left, right = embedded_sets[0].hr[2:4]
    assert left.shape == right.shape
    assert not torch.equal(left, right)
    assert (left.float() - right.float()).abs().mean() < (left.float() - left.flip(2).float()).abs().mean()


def test_low_resolution_is_matlabs_bicubic_half(embedded_sets):
    for pictures in embedded_sets:
        for name, hr, lr in zip(pictures.names, pictures.hr, pictures.lr, strict=True):
            whole = embedded.read(name)
            assert torch.equal(hr, whole[:, : hr.shape[1], : hr.shape[2]])
            assert [size - size % 2 for size in whole.shape[1:]] == list(hr.shape[1:])
            assert hr.dtype == lr.dtype == torch.uint8
            assert torch.equal(lr, images.resize_bicubic(hr, 0.5))


def test_the_digests_of_the_embedded_photographs(embedded_sets):
    """They stand in the published records: with another release of the packages' pictures those would be stale."""
    assert [pictures.digest for pictures in embedded_sets] == [
        "24c8a08dffb5f3309995de191f8dc8fc2417924255f4f2233b1fd2fef590bc10",
        "abec6c31319450c992201ea4679a8dd995d826ce2320499b4d96c7019f8c6ae6",
    ]


def test_the_embedded_photographs_need_no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name in embedded.SPLITS:
        load(name)


# Folders


def test_a_folder_is_read_in_natural_order_whatever_the_formats(folder):
    pictures = load(str(folder))
    assert pictures.name == "pictures"
    assert pictures.names == NATURAL
    assert [tuple(hr.shape) for hr in pictures.hr] == [
        (3, 2, 2),
        (3, 6, 6),
        (3, 4, 4),
        (3, 4, 8),
        (3, 8, 2),
        (3, 4, 6),
        (3, 4, 6),
    ]
    for name, hr, lr in zip(pictures.names, pictures.hr, pictures.lr, strict=True):
        assert torch.equal(hr, images.to_rgb(images.read(folder / name))[:, : hr.shape[1], : hr.shape[2]])
        assert torch.equal(lr, images.resize_bicubic(hr, 0.5))
        assert hr.is_contiguous()
        assert lr.is_contiguous()


def test_grey_pictures_are_kept_on_demand_only(folder):
    place = NATURAL.index("grey.tiff")
    colour, kept = load(str(folder)), load(str(folder), grey=True)
    assert [hr.shape[0] for hr in kept.hr] == [1 if i == place else 3 for i in range(7)]
    assert torch.equal(kept.hr[place], images.read(folder / "grey.tiff"))
    assert kept.lr[place].shape == (1, 2, 4)
    assert torch.equal(colour.hr[place], kept.hr[place].expand(3, -1, -1))
    assert torch.equal(colour.lr[place], kept.lr[place].expand(3, -1, -1))
    assert colour.digest != kept.digest


def test_the_digest_changes_with_a_name_and_a_pixel_and_not_by_itself(folder, tmp_path):
    first = load(str(folder)).digest
    assert load(str(folder)).digest == first
    copy = shutil.copytree(folder, tmp_path / "copy")
    assert load(str(copy)).digest == first
    (copy / "t2.png").rename(copy / "t3.png")
    renamed = load(str(copy)).digest
    picture = images.read(copy / "t3.png")
    picture[0, 0, 0] ^= 1
    images.write(copy / "t3.png", picture)
    assert len({first, renamed, load(str(copy)).digest}) == 3


def test_sets_are_joined_in_the_order_named(root, folder):
    images.write(root / "t91" / "t1.png", noise(4, 4, 0))
    images.write(root / "set5" / "t1.png", noise(6, 4, 1))
    joined = load("t91+set5+embedded-held-out")
    assert joined.name == "t91+set5+embedded-held-out"
    assert joined.names[:3] == ("t91/t1.png", "set5/t1.png", "embedded-held-out/chelsea")
    parts = [load(name) for name in ("t91", "set5", "embedded-held-out")]
    expected = [hr for part in parts for hr in part.hr]
    assert len(joined.hr) == len(joined.lr) == 5
    assert all(torch.equal(a, b) for a, b in zip(joined.hr, expected, strict=True))
    assert load(f"{folder}+t91").name == "pictures+t91"
    assert load(f"{folder}+t91").names[-1] == "t91/t1.png"


def test_a_folder_whose_name_has_a_plus_is_one_folder(tmp_path):
    images.write(tmp_path / "a+b" / "1.png", noise(4, 4, 0))
    assert load(str(tmp_path / "a+b")).names == ("1.png",)


def test_of_two_roots_the_first_that_has_the_set_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("HFSR_DATA", f"{tmp_path / 'a'}{os.pathsep}{tmp_path / 'b'}")
    for place, (name, side) in enumerate([("a/set5", 4), ("b/set5", 6), ("b/set14", 8)]):
        images.write(tmp_path / name / "1.png", noise(side, side, place))
    assert load("set5").hr[0].shape == (3, 4, 4)
    assert load("set14").hr[0].shape == (3, 8, 8)


def test_a_known_name_never_means_a_folder_that_happens_to_lie_here(root, tmp_path):
    images.write(tmp_path / "here" / "set5" / "1.png", noise(4, 4, 0))
    with pytest.raises(UserError, match="no photographs called 'set5'"):
        load("set5")
    assert load("./set5").names == ("1.png",)


def test_other_folders_are_found_below_a_root_or_by_their_path(root, tmp_path):
    images.write(root / "holiday" / "1.png", noise(4, 4, 0))
    assert load("holiday").name == "holiday"
    images.write(tmp_path / "here" / "mine" / "2.png", noise(4, 4, 0))
    assert load("mine").names == ("2.png",)
    assert load("mine/").name == "mine"
    assert load("../here/mine").name == "mine"


def test_realsr_is_split_by_picture(root):
    for name in ("cam1_01", "cam1_02", "cam1_09", "cam2_01", "cam2_010", "cam2_09"):
        images.write(root / "realsr-gt" / f"{name}.png", noise(4, 4, 0))
    assert load("realsr-train").names == ("cam1_01.png", "cam2_01.png")
    assert load("realsr-held-out").names == ("cam1_02.png", "cam1_09.png", "cam2_09.png", "cam2_010.png")
    assert len(load("realsr-gt").names) == 6


def test_a_crop_must_fit_into_every_low_resolution_picture(folder):
    pictures = load(str(folder))
    require_crop(pictures, 1)
    with pytest.raises(UserError, match=r"^a\.bmp: 1x1 pixels at low resolution, too small for crops of 2x2; leave it"):
        require_crop(pictures, 2)
    images.write(folder / "a.bmp", noise(40, 6, 0))
    with pytest.raises(UserError, match=r"^a\.bmp: 3x20 pixels"):
        require_crop(load(str(folder)), 4)


# Mistakes


def one_line(name: str) -> str:
    with pytest.raises(UserError) as error:
        load(name)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("name", ["set55", "", "embedded+", "+embedded", ".", "..", "/", "embedded+nowhere"])
def test_an_unknown_name_lists_the_known_ones(root, name):
    if name in (".", "..", "/"):
        assert "no pictures" in one_line(name)
    else:
        message = one_line(name)
        assert "no photographs called" in message
        assert str(root) in message
        assert ", ".join(photographs.KNOWN) in message


def test_a_file_in_place_of_a_folder(root, folder):
    assert "no photographs called" in one_line(str(folder / "t1.PNG"))


@pytest.mark.parametrize("name", ["set5", "realsr-held-out"])
def test_an_empty_folder_is_named(root, name):
    real = root / ("set5" if name == "set5" else "realsr-gt")
    real.mkdir(parents=True)
    (real / "readme.txt").write_text("nothing here")
    assert one_line(name).startswith(f"{real}: no pictures")


def test_a_broken_picture_is_named(folder):
    path = folder / "t2.png"
    path.write_bytes(path.read_bytes()[:60])
    assert one_line(str(folder)).startswith(f"{path}: ")


def test_a_link_that_leads_nowhere_is_named(folder):
    """A set is never measured on fewer pictures than it lists."""
    (folder / "gone.png").symlink_to("absent.png")
    assert one_line(str(folder)) == f"{folder / 'gone.png'}: a link that leads nowhere"


def test_a_picture_of_a_refused_kind_is_named(folder):
    Image.new("RGBA", (4, 4), (0, 0, 0, 9)).save(folder / "t2.png")
    assert "t2.png: has transparent pixels" in one_line(str(folder))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (9, 1)])
def test_a_picture_too_small_to_halve_is_named(folder, height, width):
    images.write(folder / "t2.png", noise(height, width, 0))
    assert f"t2.png: only {width}x{height} pixels, a picture needs 2x2; leave it out" in one_line(str(folder))


# DIV2K


@pytest.fixture
def div2k_root(root, monkeypatch):
    """DIV2K of two training pictures and one for validation, whose official halves are not those that we would make."""
    monkeypatch.setitem(div2k.NUMBERS, "train", range(1, 3))
    monkeypatch.setitem(div2k.NUMBERS, "valid", range(801, 802))
    for part, number, (height, width) in [("train", 1, (6, 8)), ("train", 2, (5, 7)), ("valid", 801, (4, 10))]:
        images.write(root / f"DIV2K_{part}_HR" / f"{number:04d}.png", noise(height, width, number))
        half = noise(height // 2, width // 2, number + 1000)
        images.write(root / f"DIV2K_{part}_LR_bicubic" / "X2" / f"{number:04d}x2.png", half)
    return root


def test_div2k_is_read_with_its_official_halves(div2k_root):
    training, validation = load("div2k-train"), load("div2k-valid")
    assert training.names == ("0001.png", "0002.png")
    assert validation.names == ("0801.png",)
    assert [tuple(hr.shape) for hr in training.hr] == [(3, 6, 8), (3, 4, 6)]
    for pictures, part in ((training, "train"), (validation, "valid")):
        for name, hr, lr in zip(pictures.names, pictures.hr, pictures.lr, strict=True):
            stem = name.removesuffix(".png")
            assert torch.equal(lr, images.read(div2k_root / f"DIV2K_{part}_LR_bicubic/X2/{stem}x2.png"))
            assert not torch.equal(lr, images.resize_bicubic(hr, 0.5))


def test_noise_on_div2k_needs_no_official_halves(div2k_root):
    before = load("div2k-train", degrade="noise25").digest
    shutil.rmtree(div2k_root / "DIV2K_train_LR_bicubic")
    assert load("div2k-train", degrade="noise25").digest == before
    with pytest.raises(UserError, match="DIV2K_train_LR_bicubic/X2: not in"):
        load("div2k-train")


def test_div2ks_parts_may_lie_below_different_roots(div2k_root, tmp_path, monkeypatch):
    before = load("div2k-valid").digest
    (tmp_path / "other").mkdir()
    (div2k_root / "DIV2K_valid_LR_bicubic").rename(tmp_path / "other" / "DIV2K_valid_LR_bicubic")
    monkeypatch.setenv("HFSR_DATA", f"{div2k_root}{os.pathsep}{tmp_path / 'other'}")
    assert load("div2k-valid").digest == before


def test_div2k_is_found_as_users_of_edsr_and_basicsr_keep_it(div2k_root, tmp_path, monkeypatch):
    before = load("div2k-train").digest
    div2k_root.rename(tmp_path / "DIV2K")
    monkeypatch.setenv("HFSR_DATA", str(tmp_path))
    assert load("div2k-train").digest == before
    rows = {name: where for name, *_, where in catalogue.describe().itertuples(index=False)}
    assert rows["div2k-train"] == str(tmp_path / "DIV2K" / "DIV2K_train_HR")
    files = [names for part in ("train", "valid") for names in div2k.layout(part).values()]
    here = [
        dataclasses.replace(each, files=tuple(own)) for each, own in zip(fetch.ARCHIVES["div2k"], files, strict=True)
    ]
    monkeypatch.setitem(fetch.ARCHIVES, "div2k", tuple(here))
    assert fetch.fetch("div2k") == tmp_path


def test_a_part_of_div2k_is_enough_where_it_is_asked_for(div2k_root):
    (div2k_root / "DIV2K_train_HR" / "0001.png").unlink()
    assert "no such file (1 of 2 pictures are missing)" in one_line("div2k-train")
    part = load("div2k-train", whole=False)
    assert part.names == ("0002.png",)
    assert torch.equal(part.lr[0], images.read(div2k_root / "DIV2K_train_LR_bicubic" / "X2" / "0002x2.png"))
    (div2k_root / "DIV2K_train_LR_bicubic" / "X2" / "0002x2.png").unlink()
    with pytest.raises(UserError, match=r"0002x2\.png: no such file \(1 of 1 pictures"):
        load("div2k-train", whole=False)
    (div2k_root / "DIV2K_train_HR" / "0002.png").rename(div2k_root / "DIV2K_train_HR" / "one.png")
    with pytest.raises(UserError, match=r"0001\.png: no such file \(2 of 2 pictures"):
        load("div2k-train", whole=False)


def test_pictures_of_the_other_part_in_div2ks_folder_do_not_count(div2k_root):
    """Some keep all 900 in one folder."""
    images.write(div2k_root / "DIV2K_train_HR" / "0801.png", noise(4, 4, 0))
    assert load("div2k-train").names == ("0001.png", "0002.png")


def test_the_official_numbers():
    assert {
        folder: (names[0], names[-1], len(names))
        for part in ("train", "valid")
        for folder, names in div2k.layout(part).items()
    } == {
        "DIV2K_train_HR": ("0001.png", "0800.png", 800),
        "DIV2K_train_LR_bicubic/X2": ("0001x2.png", "0800x2.png", 800),
        "DIV2K_valid_HR": ("0801.png", "0900.png", 100),
        "DIV2K_valid_LR_bicubic/X2": ("0801x2.png", "0900x2.png", 100),
    }


@pytest.mark.parametrize("folder", ["DIV2K_train_HR", "DIV2K_train_LR_bicubic/X2"])
def test_without_a_folder_of_div2k_the_command_that_fetches_it_is_named(div2k_root, folder):
    shutil.rmtree(div2k_root / folder)
    message = one_line("div2k-train")
    assert message.startswith(f"{folder}: not in {div2k_root}; run `hfsr data fetch div2k`")


@pytest.mark.parametrize("file", ["DIV2K_train_HR/0002.png", "DIV2K_train_LR_bicubic/X2/0002x2.png"])
def test_a_missing_picture_of_div2k_is_named(div2k_root, file):
    (div2k_root / file).unlink()
    assert one_line("div2k-train").startswith(f"{div2k_root / file}: no such file (1 of 2 pictures are missing); ")


@pytest.mark.parametrize(("height", "width"), [(3, 3), (2, 4), (6, 8), (4, 3)])
def test_a_half_of_the_wrong_size_is_named(div2k_root, height, width):
    path = div2k_root / "DIV2K_train_LR_bicubic" / "X2" / "0001x2.png"
    images.write(path, noise(height, width, 0))
    assert one_line("div2k-train").startswith(f"{path}: {width}x{height} pixels, where half of 0001.png is 4x3")


def test_a_truncated_half_is_named(div2k_root):
    path = div2k_root / "DIV2K_valid_LR_bicubic" / "X2" / "0801x2.png"
    path.write_bytes(path.read_bytes()[:50])
    assert one_line("div2k-valid").startswith(f"{path}: ")


# The sets themselves, where they are


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("set5", 5),
        ("set14", 14),
        ("bsd100", 100),
        ("t91", 91),
        ("bsd200", 200),
        ("bsds500-test", 200),
        ("realsr-gt", 16),
    ],
)
def test_the_sets_are_complete(shared_data, name, count):
    shared_data(name)
    assert len(photographs.files(name)) == count


def test_realsrs_parts_are_disjoint_and_complete(shared_data):
    shared_data("realsr-gt")
    parts = [photographs.files(name) for name in photographs.PARTS]
    assert [len(part) for part in parts] == [12, 4]
    assert sorted([*parts[0], *parts[1]]) == sorted(photographs.files("realsr-gt"))


def test_set5_and_the_grey_picture_of_set14_load(shared_data):
    for name, grey in (("set5", 0), ("set14", 1)):
        folder = shared_data(name)
        pictures = load(name, grey=True)
        assert sum(hr.shape[0] == 1 for hr in pictures.hr) == grey
        assert all(size % 2 == 0 for hr in pictures.hr for size in hr.shape[1:])
        assert pictures.digest == load(str(folder), grey=True).digest
        assert {hr.shape[0] for hr in load(name).hr} == {3}


def test_a_pipe_in_a_folder_is_no_picture(folder, tmp_path):
    """Reading one would wait for ever."""
    shutil.copy(next(folder.glob("*.png")), tmp_path / "a.png")
    os.mkfifo(tmp_path / "b.png")
    assert [path.name for path in photographs.files(str(tmp_path))] == ["a.png"]
