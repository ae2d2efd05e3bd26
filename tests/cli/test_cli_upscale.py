"""`hfsr upscale` as people call it: a picture, many, folders, streams."""

import io
import os
import shlex
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PIL.ExifTags import Base

import hfsr as package
from hfsr import images, paths
from hfsr.classifiers import Compact
from hfsr.cli import pictures
from hfsr.images import picture
from hfsr.models import store
from hfsr.models.upscaling import upscale


def save(path: Path, channels: int = 3, side: int = 6, **options) -> Path:
    pixels = np.random.default_rng(channels).integers(0, 256, (side, side + 2, channels), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.squeeze()).save(path, **options)
    return path


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """A folder of folders, among them what is no picture, and the current folder around it."""
    monkeypatch.chdir(tmp_path)
    folder = Path("photos")
    save(folder / "a.png")
    save(folder / "b" / "grey.png", 1)
    save(folder / "b" / "c" / "soft.PNG", 4)
    save(folder / ".trash" / "gone.png")
    save(folder / "b" / "._a.png")
    (folder / "notes.txt").write_text("nothing")
    return folder


def tree(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# One picture


def test_a_picture_with_soft_edges_stays_one(hfsr, tmp_path):
    source = save(tmp_path / "soft.png", 4)
    assert hfsr("upscale", source, tmp_path / "out.webp", "--model", "bicubic") == (0, "", "")
    expected = upscale(picture.load(source, source).pixels, "bicubic")
    assert torch.equal(picture.load(tmp_path / "out.webp", "").pixels[3], expected[3])


def test_the_default_is_the_published_network_that_help_names(hfsr, tmp_path):
    source = save(tmp_path / "a.png")
    assert hfsr("upscale", source, tmp_path / "out.png")[0] == 0
    assert torch.equal(images.read(tmp_path / "out.png"), package.upscale(images.read(source)))
    _, out, _ = hfsr("upscale", "--help")
    words = out.split()
    assert f"[default: {paths.DEFAULT_MODEL}]" in " ".join(words)
    assert all(f"{name}," in words for name in paths.published(2))


def test_metadata_travel_unless_stripped(hfsr, tmp_path):
    exif = Image.Exif()
    exif.update({Base.Orientation: 6, Base.Artist: "A"})
    source = save(tmp_path / "a.jpg", exif=exif, dpi=(300, 300))
    for name, words in (("kept.jpg", []), ("stripped.jpg", ["--strip"])):
        assert hfsr("upscale", source, tmp_path / name, "--model", "bicubic", *words) == (0, "", "")
    with Image.open(tmp_path / "kept.jpg") as kept, Image.open(tmp_path / "stripped.jpg") as stripped:
        assert kept.size == stripped.size == (12, 16)  # turned
        assert (kept.info["dpi"], dict(kept.getexif())[Base.Artist]) == ((300, 300), "A")
        assert "dpi" not in stripped.info
        assert dict(stripped.getexif()) == {}


def test_what_is_lost_is_a_line_on_standard_error(hfsr, tmp_path):
    Image.fromarray(np.arange(36, dtype=np.uint16).reshape(6, 6) * 999).save(tmp_path / "deep.png")
    code, out, err = hfsr("upscale", tmp_path / "deep.png", tmp_path / "out.jpg", "--model", "bicubic")
    assert (code, out, err) == (0, "", f"hfsr: {tmp_path}/deep.png: its 16 bits a channel became 8\n")
    assert hfsr("upscale", tmp_path / "deep.png", tmp_path / "out.png", "--model", "bicubic") == (0, "", "")
    assert Image.open(tmp_path / "out.png").mode == "I;16"


def test_nothing_is_written_over_without_a_word(hfsr, tmp_path):
    source, target = save(tmp_path / "a.png"), save(tmp_path / "out.png", side=3)
    before = target.read_bytes()
    code, _, err = hfsr("upscale", source, target, "--model", "bicubic")
    assert code == 2
    assert err.startswith(f"hfsr: {target}: is there already; --overwrite writes over it; to upscale both, ")
    assert target.read_bytes() == before
    assert hfsr("upscale", source, target, "--model", "bicubic", "--overwrite") == (0, "", "")
    assert images.read(target).shape == (3, 12, 16)
    code, _, err = hfsr("upscale", source, source, "--model", "bicubic", "--overwrite")
    assert (code, err) == (2, f"hfsr: {source}: would be written over by its own result; choose another place\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["photos"], "photos: a folder; hfsr upscale photos --out photos-x2"),
        (["photos", "x2"], "2 names: say where the results go, hfsr upscale photos ... --out FOLDER"),
        (["photos/a.png", "photos/b"], "photos/b: a folder; name the file to write"),
        (["a.png", "--out", "x2.png"], "x2.png: --out takes a folder; leave it out for a single picture"),
        (["a.png", "--out", "-"], "-: --out takes a folder; leave it out for a single picture"),
        (
            ["photos/a.png", "b.png", "c.png"],
            "3 names: say where the results go, hfsr upscale photos/a.png ... --out FOLDER",
        ),
        (["photos/a.png", "x.png", "--device", "tpu"], "--device tpu: choose cpu or cuda"),
        (["photos/a.png", "x.png", "--model", "edsr"], f"choose one of {', '.join(paths.published(2))}, or a"),
        (
            ["photos/a.png", "x.png", "--suffix", "jpg"],
            "x.png: its own suffix names the format; leave out --suffix .jpg",
        ),
        (["photos/b/c/soft.PNG", "x.jpg"], "x.jpg: .jpg holds no transparency; choose .png, .webp or .tif"),
        (["photos", "--out", "x2", "--suffix", "gif"], "--suffix gif: choose one of .png .jpg"),
        (["photos", "--out", "photos/a.png"], "photos/a.png: a file; --out names a folder"),
        (["empty", "--out", "x2"], "empty: no pictures in this folder (files in .png"),
        (["photos/a.png", "-", "--model", "bicubic", "--suffix", "doc"], "--suffix doc: choose one of .png"),
        (["phtos", "x2"], "phtos: no such file"),
        (["nofile.png"], "nofile.png: no such file"),
        (["nofile.png", "new/x.png"], "nofile.png: no such file"),
        (["photos/notes.txt", "new/x.png"], "photos/notes.txt: not a picture that can be read"),
        (["photos/a.png", "new/x.png", "--model", "edsr"], "no model is called 'edsr'"),
        (["photos/a.png", "--out", "x2", "--model", "edsr"], "no model is called 'edsr'"),
        (["photos/a.png", "--out", "x2", "--device", "tpu"], "--device tpu: choose cpu or cuda"),
        ([f"{'n' * 300}.png", "x.png"], "n.png: cannot be read (File name too long); mend that, or name another"),
        (["photos/a.png", f"{'n' * 300}.png"], "n.png: cannot be written (File name too long); make room or choose"),
        (["photos/a.png", "--out", "n" * 300], "n: cannot be written (File name too long); make room or choose"),
        (["digits", "x2", "--out", "x3"], "digits: two folders, x2 and --out x3; name one"),
        (["digits", "-"], "-: a labelled set goes into a folder, not to standard output; name one"),
        (["digits", "--out", "-"], "-: a labelled set goes into a folder, not to standard output; name one"),
        (["digits", "x2", "--strip"], "digits: a labelled set is upscaled into one folder, with no option but --model"),
    ],
)
def test_a_mistake_is_one_line(hfsr, photos, words, message):
    Path("empty").mkdir()
    code, out, err = hfsr("upscale", *words)
    assert (code, out) == (2, "")
    assert err.startswith("hfsr: ")
    assert message in err
    assert err.count("\n") == 1
    assert tree(Path())[-1] == "photos/notes.txt"
    assert sorted(path.name for path in Path().iterdir()) == ["empty", "photos"]


def test_a_gpu_that_is_not_here_is_one_line(hfsr, photos, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    code, _, err = hfsr("upscale", photos / "a.png", "x.png", "--device", "cuda")
    assert (code, err) == (2, "hfsr: --device cuda: there is no GPU here that torch can use\n")
    assert hfsr("upscale", photos / "a.png", "x.png", "--device", "cpu", "--model", "srcnn") == (0, "", "")


# Many


def test_a_folder_keeps_its_tree(hfsr, photos):
    assert hfsr("upscale", photos, "--out", "x2", "--model", "bicubic") == (0, "3 upscaled\n", "")
    assert tree(Path("x2")) == ["a.png", "b/c/soft.PNG", "b/grey.png"]
    assert images.read("x2/b/grey.png").shape == (1, 12, 16)
    assert torch.equal(images.read("x2/a.png"), upscale(images.read(photos / "a.png"), "bicubic"))


def test_what_is_there_already_is_skipped_or_made_anew(hfsr, photos):
    save(Path("x2/a.png"), side=3)
    said = "2 upscaled, 1 there already (--overwrite makes them anew)\n"
    assert hfsr("upscale", photos, "--out", "x2", "--model", "bicubic") == (0, said, "")
    assert images.read("x2/a.png").shape == (3, 3, 5)
    said = "0 upscaled, 3 there already (--overwrite makes them anew)\n"
    assert hfsr("upscale", photos, "--out", "x2") == (0, said, "")
    assert hfsr("upscale", photos, "--out", "x2", "--model", "bicubic", "--overwrite") == (0, "3 upscaled\n", "")
    assert images.read("x2/a.png").shape == (3, 12, 16)


def test_results_inside_the_folder_are_no_pictures_of_it(hfsr, photos):
    words = ("upscale", photos, "--out", photos / "x2", "--model", "bicubic")
    assert hfsr(*words) == (0, "3 upscaled\n", "")
    (photos / "latest.png").symlink_to("x2/a.png")
    (photos / "x2" / "kept.png").symlink_to("../a.png")
    (photos / "made").symlink_to("x2")
    assert hfsr(*words) == (0, "0 upscaled, 3 there already, 4 in photos/x2 left out\n", "")
    assert tree(photos / "x2") == ["a.png", "b/c/soft.PNG", "b/grey.png", "kept.png"]
    assert hfsr("upscale", photos / "b", "--out", photos / "b" / "c", "--model", "bicubic")[1] == (
        "1 upscaled, 1 in photos/b/c left out\n"
    )


def test_originals_where_the_results_go_are_left_out_aloud_and_never_destroyed(hfsr, photos):
    save(photos / "b" / "a.png", side=3)
    words = ("upscale", photos, "--out", photos / "b", "--model", "bicubic")
    assert hfsr(*words) == (0, "0 upscaled, 1 there already, 3 in photos/b left out\n", "")
    code, out, err = hfsr(*words, "--overwrite")
    assert (code, out) == (2, "")
    assert err == (
        "hfsr: photos/b: lies in photos, and --overwrite may destroy pictures of it; choose a folder outside\n"
    )
    assert images.read(photos / "b" / "a.png").shape == (3, 3, 5)
    (photos / "a.png").unlink()
    assert hfsr(*words)[2].startswith("hfsr: photos: no pictures in this folder outside photos/b (files in .png")


def test_results_may_lie_around_the_folder(hfsr, photos):
    said = "3 upscaled\n"
    assert hfsr("upscale", photos, "--out", ".", "--model", "bicubic") == (0, said, "")
    assert hfsr("upscale", photos, "--out", ".", "--model", "bicubic", "--overwrite") == (0, said, "")
    assert tree(Path()) == sorted(["a.png", "b/c/soft.PNG", "b/grey.png", *(f"photos/{name}" for name in tree(photos))])


@pytest.mark.parametrize("words", [[], ["--overwrite"]])
def test_no_result_takes_the_place_of_another_picture(hfsr, photos, words):
    """Not even where none is yet: it would be upscaled again by the next call."""
    save(photos / "photos" / "a.png", side=3)
    save(photos / "photos" / "new.png", side=3)
    save(Path("b/grey.png"), side=3)
    before = (photos / "a.png").read_bytes(), Path("b/grey.png").read_bytes()
    call = ("upscale", photos, Path("b/grey.png"), "--out", ".", "--model", "bicubic", *words)
    code, out, err = hfsr(*call)
    assert (code, out) == (1, "3 upscaled, 3 failed\n")
    assert err.splitlines() == [
        "hfsr: photos/b/grey.png: its result would take the place of b/grey.png; choose another folder",
        "hfsr: photos/photos/a.png: its result would lie among the pictures of photos; choose another folder",
        "hfsr: photos/photos/new.png: its result would lie among the pictures of photos; choose another folder",
    ]
    assert before == ((photos / "a.png").read_bytes(), Path("b/grey.png").read_bytes())
    assert not (photos / "new.png").exists()
    assert images.read("grey.png").shape == (3, 6, 10)


@pytest.mark.parametrize("words", [[], ["--overwrite"]])
def test_nothing_becomes_its_own_result(hfsr, photos, words):
    before = (photos / "a.png").read_bytes()
    code, out, err = hfsr("upscale", photos / "a.png", "--out", photos, *words)
    assert (code, out) == (2, "")
    assert err == "hfsr: photos/a.png: would be written over by its own result; choose another place\n"
    code, out, err = hfsr("upscale", photos, "--out", photos, *words)
    assert (code, out) == (2, "")
    assert err == "hfsr: photos: its results would lie among its pictures; choose another folder\n"
    assert (photos / "a.png").read_bytes() == before


def test_one_bad_file_is_named_and_the_rest_done(hfsr, photos):
    (photos / "b" / "broken.png").write_bytes(b"no picture")
    code, out, err = hfsr("upscale", photos, "absent.jpg", "--out", "x2", "--suffix", "jpg", "--model", "bicubic")
    assert (code, out) == (1, "2 upscaled, 3 failed\n")
    assert err.splitlines() == [
        "hfsr: photos/b/broken.png: not a picture that can be read (PNG, JPEG, WebP, BMP, TIFF or GIF)",
        "hfsr: x2/b/c/soft.jpg: .jpg holds no transparency; choose .png, .webp or .tif",
        "hfsr: absent.jpg: no such file",
    ]
    assert tree(Path("x2")) == ["a.jpg", "b/grey.jpg"]


def of_numpy():
    np.empty(2**60, np.uint8)


def of_torch():
    torch.empty(2**60, dtype=torch.uint8)


@pytest.mark.parametrize("take", [of_numpy, of_torch])
def test_a_picture_that_memory_does_not_hold_is_named_and_the_rest_done(hfsr, photos, monkeypatch, take):
    load = picture.load

    def full(source, name):
        if name == "photos/a.png":
            take()
        return load(source, name)

    monkeypatch.setattr(picture, "load", full)
    code, out, err = hfsr("upscale", "photos", "--out", "x2", "--model", "bicubic")
    assert (code, out) == (1, "2 upscaled, 1 failed\n")
    line = "hfsr: photos/a.png: larger than this machine's memory; cut it into parts\n"
    assert err == line
    assert hfsr("upscale", "photos/a.png", "x.png", "--model", "bicubic") == (2, "", line)
    assert not Path("x.png").exists()


def test_a_result_that_memory_does_not_hold_is_named_and_the_rest_done(hfsr, photos, monkeypatch):
    store, tried = picture.store, []

    def full(result, target, suffix):
        tried.append(target)
        if len(tried) == 1:
            raise MemoryError
        return store(result, target, suffix)

    monkeypatch.setattr(picture, "store", full)
    code, out, err = hfsr("upscale", "photos", "--out", "x2", "--model", "bicubic")
    assert (code, out) == (1, "2 upscaled, 1 failed\n")
    assert err == "hfsr: photos/a.png: larger than this machine's memory; cut it into parts\n"
    assert len(tree(Path("x2"))) == 2


def test_an_error_of_torch_that_is_none_of_memory_is_no_users_mistake(hfsr, photos, monkeypatch):
    monkeypatch.setattr(picture, "load", lambda source, name: torch.zeros(2) + torch.zeros(3))
    with pytest.raises(RuntimeError, match="must match"):
        pictures._through("bicubic", Path("photos/a.png"), Path("x.png"), None, strip=False)


@pytest.mark.parametrize("suffix", [".jfif", ".jpe", ".apng"])
def test_a_name_that_nothing_is_written_to_is_read_in_a_folder(hfsr, photos, suffix):
    save(photos / "more.png")
    (photos / "more.png").rename(photos / f"more{suffix}")
    assert hfsr("upscale", photos, "--out", "x2", "--model", "bicubic")[1] == "4 upscaled\n"
    assert "more.png" in tree(Path("x2"))


def test_streams_and_more_names_are_one_line(hfsr):
    code, out, err = hfsr("upscale", "-", "-", "-")
    assert (code, out) == (2, "")
    assert err == "hfsr: -: standard input is one picture; hfsr upscale - RESULT.png, or hfsr upscale - -\n"


def test_a_still_gif_becomes_a_png(hfsr, photos):
    Image.fromarray(np.zeros((4, 4), np.uint8)).save("still.gif")
    assert hfsr("upscale", "still.gif", photos / "a.png", "--out", "x2", "--model", "bicubic") == (
        0,
        "2 upscaled\n",
        "",
    )
    assert tree(Path("x2")) == ["a.png", "still.png"]


def test_results_that_would_share_a_name_keep_their_pictures_suffixes(hfsr, photos):
    """All of them do: a result that is there from before a picture came is taken for neither's."""
    assert hfsr("upscale", photos, "--out", "x2", "--suffix", "tif", "--model", "bicubic")[0] == 0
    save(photos / "a.jpg", side=8)
    said = "2 upscaled, 2 there already (--overwrite makes them anew)\n"
    assert hfsr("upscale", photos, "--out", "x2", "--suffix", "tif", "--model", "bicubic") == (0, said, "")
    assert tree(Path("x2")) == ["a.jpg.tif", "a.png.tif", "a.tif", "b/c/soft.tif", "b/grey.tif"]
    assert images.read("x2/a.jpg.tif").shape == (3, 16, 20)
    assert images.read("x2/a.png.tif").shape == (3, 12, 16)


def test_a_gif_beside_a_picture_of_its_name_has_its_own_result(hfsr, photos):
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(photos / "a.gif")
    assert hfsr("upscale", photos, "--out", "x2", "--model", "bicubic") == (0, "4 upscaled\n", "")
    assert tree(Path("x2")) == ["a.gif.png", "a.png.png", "b/c/soft.PNG", "b/grey.png"]


def test_pictures_of_one_name_fail_and_the_rest_is_done(hfsr, photos):
    save(Path("more/a.png"))
    save(Path("more/d.png"))
    code, out, err = hfsr("upscale", photos, "more", "--out", "x2", "--model", "bicubic")
    assert (code, out) == (1, "3 upscaled, 2 failed\n")
    assert err.splitlines() == [
        "hfsr: photos/a.png: its result would have the name of that of more/a.png; send them into two folders",
        "hfsr: more/a.png: its result would have the name of that of photos/a.png; send them into two folders",
    ]
    assert tree(Path("x2")) == ["b/c/soft.PNG", "b/grey.png", "d.png"]


def test_a_name_that_another_keeps_its_suffix_in_is_taken(hfsr, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.jpg", "a.png", "a.jpg.png"):
        save(Path("in") / name)
    code, out, err = hfsr("upscale", "in", "--out", "x2", "--suffix", "png", "--model", "bicubic")
    assert (code, out) == (1, "1 upscaled, 2 failed\n")
    assert [line.split(":")[1] for line in err.splitlines()] == [" in/a.jpg", " in/a.jpg.png"]
    assert tree(Path("x2")) == ["a.png.png"]


def test_a_picture_that_is_named_twice_is_made_once(hfsr, photos):
    words = ("upscale", photos, photos / "a.png", photos.resolve() / "a.png")
    assert hfsr(*words, "--out", "x2", "--model", "bicubic") == (0, "3 upscaled\n", "")


def test_links_that_lead_nowhere_fail_like_other_bad_files(hfsr, photos):
    (photos / "b" / "gone.png").symlink_to("absent.png")
    (photos / "b" / "round.png").symlink_to("round.png")
    (photos / "b" / "good.png").symlink_to("grey.png")
    (photos / "b" / "gone.txt").symlink_to("absent.txt")
    code, out, err = hfsr("upscale", photos, "--out", "x2", "--model", "bicubic")
    assert (code, out) == (1, "4 upscaled, 2 failed\n")
    gone, round_ = err.splitlines()
    assert gone == "hfsr: photos/b/gone.png: a link that leads nowhere"
    assert "photos/b/round.png" in round_
    assert hfsr("upscale", photos / "b" / "gone.png", "x.png", "--model", "bicubic")[::2] == (2, f"{gone}\n")


@pytest.mark.parametrize("words", [["photos/a.png", "notes.txt/a.png"], ["photos", "--out", "notes.txt/out"]])
def test_a_place_that_cannot_be_written_to_is_named_before_the_work(hfsr, photos, monkeypatch, words):
    Path("notes.txt").write_text("nothing")
    monkeypatch.setattr(picture, "load", lambda *_: pytest.fail("no picture is read"))
    code, out, err = hfsr("upscale", *words)
    place = str(Path(words[-1]) if "--out" in words else Path(words[-1]).parent)
    assert (code, out) == (2, "")
    assert err.startswith(f"hfsr: {place}: ")
    assert err.count("\n") == 1


def test_a_folder_that_cannot_be_looked_into_is_named_and_the_rest_done(hfsr, photos, monkeypatch):
    """Its pictures would be missed in silence. The hidden ones need not be looked into."""
    scan = os.scandir

    def closed(folder):
        if Path(folder).name in ("c", ".trash"):
            raise PermissionError(13, "Permission denied", str(folder))
        return scan(folder)

    monkeypatch.setattr(os, "scandir", closed)
    said = "hfsr: photos/b/c: cannot be looked into (Permission denied); allow it, then do the same again\n"
    assert hfsr("upscale", "photos", "--out", "large", "--model", "bicubic") == (1, "2 upscaled, 1 failed\n", said)
    assert tree(Path("large")) == ["a.png", "b/grey.png"]
    assert hfsr("upscale", "photos/b/c", "--out", "none", "--model", "bicubic") == (1, "0 upscaled, 1 failed\n", said)
    assert not Path("none").exists()


def test_linked_folders_are_named_and_not_followed(hfsr, photos):
    save(Path("more s/d.png"))
    (photos / "b" / "more s").symlink_to("../../more s")
    (photos / "b" / "round").symlink_to("..")
    (photos / ".hidden").symlink_to("b")
    code, out, err = hfsr("upscale", photos, "--out", "x2", "--model", "bicubic")
    assert (code, out) == (0, "3 upscaled\n")
    said = "a link to a folder, not followed; hfsr upscale"
    assert err.splitlines() == [
        f"hfsr: photos/b/more s: {said} 'photos/b/more s' --out 'x2/b/more s' --model bicubic",
        f"hfsr: photos/b/round: {said} photos/b/round --out x2/b/round --model bicubic",
    ]
    assert hfsr("upscale", "photos/b/more s", "--out", "x2/b/more s", "--model", "bicubic") == (0, "1 upscaled\n", "")
    assert tree(Path("x2")) == ["a.png", "b/c/soft.PNG", "b/grey.png", "b/more s/d.png"]


def test_what_is_no_file_is_no_picture(hfsr, photos):
    os.mkfifo(photos / "b" / "pipe.png")
    assert hfsr("upscale", photos, "--out", "x2", "--model", "bicubic") == (0, "3 upscaled\n", "")


@pytest.mark.processes
@pytest.mark.skipif(not shutil.which("setpriv") or os.geteuid() != 0, reason="only root can take its own rights away")
def test_what_may_not_be_read_or_written_is_one_line_each(photos):
    """In a process without the right to overlook permissions."""
    (photos / "a.png").chmod(0)
    (photos / "b" / "c").chmod(0)
    Path("shut").mkdir(mode=0)
    rights = "-dac_override,-dac_read_search"
    call = ["setpriv", "--bounding-set", rights, "--inh-caps", rights, sys.executable, "-m", "hfsr.cli", "upscale"]

    def said(*words):
        ended = subprocess.run([*call, *words, "--model", "bicubic"], capture_output=True, text=True)
        return ended.returncode, ended.stdout, ended.stderr.splitlines()

    unread = "cannot be read (Permission denied); mend that, or name another picture"
    assert said("photos", "--out", "x2") == (
        1,
        "1 upscaled, 2 failed\n",
        [
            "hfsr: photos/b/c: cannot be looked into (Permission denied); allow it, then do the same again",
            f"hfsr: photos/a.png: {unread}",
        ],
    )
    assert said("photos/b/c/soft.PNG", "x.png") == (2, "", [f"hfsr: photos/b/c/soft.PNG: {unread}"])
    unwritten = "shut: cannot be written to; choose another folder"
    assert said("photos/b/grey.png", "shut/x.png") == (2, "", [f"hfsr: {unwritten}"])
    code, _, lines = said("photos/b/grey.png", "--out", "shut")
    assert (code, len(lines)) == (2, 1)
    assert lines[0].startswith("hfsr: shut: cannot be written (Permission denied); make room or choose another place")


def test_a_link_that_goes_round_is_one_line(hfsr, photos):
    Path("round.png").symlink_to("round.png")
    said = "hfsr: round.png: cannot be read (Too many levels of symbolic links); mend that, or name another picture\n"
    assert hfsr("upscale", "round.png", "x.png") == (2, "", said)
    assert hfsr("upscale", "round.png", "--out", "x2") == (1, "0 upscaled, 1 failed\n", said)
    _, _, err = hfsr("upscale", photos / "a.png", "round.png")
    assert err == "hfsr: round.png: is there already; --overwrite writes over it\n"


def test_what_came_before_an_interruption_is_said(hfsr, photos, monkeypatch):
    Image.fromarray(np.arange(36, dtype=np.uint16).reshape(6, 6) * 999).save(photos / "a.png")
    (photos / "b" / "broken.png").write_bytes(b"no picture")
    (photos / "linked").symlink_to("b")
    load = picture.load

    def stopped(source, name):
        if source.name == "grey.png":
            raise KeyboardInterrupt
        return load(source, name)

    monkeypatch.setattr(picture, "load", stopped)
    code, out, err = hfsr("upscale", photos, "--out", "x2", "--suffix", "webp", "--model", "bicubic")
    assert (code, out) == (130, "")
    linked, deep, broken, *_, end = err.splitlines()
    assert linked.startswith("hfsr: photos/linked: a link to a folder")
    assert deep == "hfsr: photos/a.png: its 16 bits a channel became 8"
    assert broken.startswith("hfsr: photos/b/broken.png: not a picture")
    assert end == "hfsr: stopped; the same command goes on with what is not finished"


def test_what_it_proposes_can_be_typed(hfsr, photos):
    save(Path("-x y.png"))
    save(Path("-a b/c.png"))
    Path("it's.safetensors").write_bytes(b"")
    for words, line in [
        (["-x y.png"], "hfsr upscale './-x y.png' './-x y-x2.png' --model bicubic"),
        (["-a b"], "hfsr upscale './-a b' --out './-a b-x2' --model bicubic"),
        (["-a b", "x2"], "hfsr upscale './-a b' ... --out FOLDER --model bicubic"),
    ]:
        assert hfsr("upscale", "--model", "bicubic", "--", *words)[2].endswith(f"{line}\n")
        if "..." not in line:
            assert hfsr(*shlex.split(line)[1:])[0] == 0
    said = hfsr("upscale", photos / "a.png", "--model", "it's.safetensors")[2]
    assert shlex.split(said)[-1] == "it's.safetensors"


def test_a_name_that_is_nearly_right_is_suggested_and_a_controls_file_named(hfsr, photos):
    _, _, err = hfsr("upscale", "photos/a.png", "x.png", "--model", "wdsr_a1_5_flagshp")
    assert err.endswith("or a .safetensors file; did you mean wdsr-a1-5-flagship?\n")
    _, _, err = hfsr("upscale", "photos/a.png", "x.png", "--model", "wdsr-a1-5-random")
    assert err.startswith("hfsr: wdsr-a1-5-random: not part of the package; give its file, ")
    file = err.split()[-1]
    assert hfsr("upscale", "photos/a.png", "x.png", "--model", file) == (0, "", "")


def test_two_photographs_are_not_one_and_its_result(hfsr, photos):
    before = (photos / "b" / "grey.png").read_bytes()
    code, _, err = hfsr("upscale", "photos/a.png", "photos/b/grey.png")
    assert code == 2
    assert "to upscale both, say where to with --out FOLDER" in err
    assert (photos / "b" / "grey.png").read_bytes() == before


def test_standard_input_is_one_picture(hfsr, photos):
    Path("-").mkdir()  # a folder of that name is not meant
    assert "hfsr upscale - RESULT.png" in hfsr("upscale", "-")[2]
    assert "leave out --out" in hfsr("upscale", "-", "--out", "x")[2]


def test_a_classifier_is_refused_once_for_all_pictures(hfsr, photos):
    store.save("classifier.safetensors", Compact(widths=(4, 4, 4), classes=2))
    code, out, err = hfsr("upscale", "photos", "--out", "large", "--model", "classifier.safetensors")
    assert (code, out) == (2, "")
    assert err.startswith("hfsr: classifier.safetensors: a classifier, it makes no picture; choose one of srcnn, ")
    assert err.count("\n") == 1


def test_one_bar_for_all_pictures(hfsr, photos, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    _, _, err = hfsr("upscale", photos, "--out", "x2", "--model", "bicubic")
    assert "3/3" in err
    assert "tile" not in err


# Streams


@pytest.mark.processes
@pytest.mark.parametrize(("words", "form"), [([], "PNG"), (["--suffix", "tif"], "TIFF")])
def test_standard_input_becomes_standard_output(words, form, photos):
    call = [sys.executable, "-m", "hfsr.cli", "upscale", "-", "-", "--model", "bicubic", *words]
    ended = subprocess.run(call, input=(photos / "b/c/soft.PNG").read_bytes(), capture_output=True, check=True)
    assert ended.stderr == b""
    made = picture.load(io.BytesIO(ended.stdout), "")
    assert Image.open(io.BytesIO(ended.stdout)).format == form
    assert torch.equal(made.pixels, upscale(picture.load(photos / "b/c/soft.PNG", "").pixels, "bicubic"))


def test_a_bad_standard_input_is_named(hfsr, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"no picture")))
    target = save(tmp_path / "out.png")
    code, _, err = hfsr("upscale", "-", target, "--model", "bicubic", "--overwrite")
    assert code == 2
    assert err.startswith("hfsr: standard input: not a picture that can be read")


def test_a_terminal_gets_no_picture(hfsr, photos, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    code, _, err = hfsr("upscale", photos / "a.png", "-")
    assert (code, err) == (2, "hfsr: standard output is a terminal: send it to a file or a program\n")


@pytest.mark.processes
@pytest.mark.parametrize(
    ("words", "streams", "said"),
    [
        ("photos/a.png -", ">&-", "hfsr: standard output is closed: send it to a file or a program\n"),
        ("- x.png", "<&-", "hfsr: standard input is closed: send it a picture, or name a file\n"),
        ("photos/a.png -", ">&- 2>&-", ""),
        ("absent.png x.png", "2>&-", ""),
    ],
)
def test_a_closed_stream_is_one_line_or_silence(photos, words, streams, said):
    call = f'"{sys.executable}" -m hfsr.cli upscale {words} --model bicubic {streams}'
    ended = subprocess.run(call, shell=True, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", said)
    assert not Path("x.png").exists()


def test_without_standard_error_the_work_is_done_in_silence(hfsr, photos, monkeypatch):
    (photos / "b" / "broken.png").write_bytes(b"no picture")
    monkeypatch.setattr(sys, "stderr", None)
    assert hfsr("upscale", photos / "a.png", "x.png", "--model", "bicubic") == (0, "", "")
    assert hfsr("upscale", photos, "--out", "x2", "--model", "bicubic") == (1, "3 upscaled, 1 failed\n", "")
    assert hfsr("upscale", "digits", "set", "--model", "bicubic")[0] == 0


@pytest.mark.processes
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
@pytest.mark.parametrize("words", ["photos/a.png -", "photos --out x2"])
def test_a_full_standard_output_is_one_line(photos, words):
    call = f'"{sys.executable}" -m hfsr.cli upscale {words} --model bicubic >/dev/full'
    ended = subprocess.run(call, shell=True, capture_output=True, text=True)
    said = "hfsr: standard output: cannot be written (No space left on device); make room, or send it elsewhere\n"
    assert (ended.returncode, ended.stderr) == (2, said)


@pytest.mark.processes
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
def test_a_full_standard_error_does_not_stop_the_work(photos):
    (photos / "aa.png").write_bytes(b"no picture")
    call = f'"{sys.executable}" -m hfsr.cli upscale photos --out x2 --model bicubic 2>/dev/full'
    ended = subprocess.run(call, shell=True, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (1, "3 upscaled, 1 failed\n")


def test_standard_input_that_cannot_be_read_is_one_line(hfsr, photos, monkeypatch):
    class Broken(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, _):
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Broken())))
    said = "hfsr: standard input: cannot be read (Input/output error); send it a picture\n"
    assert hfsr("upscale", "-", "x.png", "--model", "bicubic") == (2, "", said)


# Decoders' opinions


@pytest.mark.processes
def test_decoders_warnings_stay_away_from_the_terminal(tmp_path):
    """A TIFF whose unit of resolution is said twice."""
    source = save(tmp_path / "a.tif", dpi=(300, 300))
    once, twice = (struct.pack("<HHI", 296, 3, count) for count in (1, 2))
    assert source.read_bytes().count(once) == 1
    source.write_bytes(source.read_bytes().replace(once, twice))
    with pytest.warns(UserWarning, match="too many entries"):
        images.read(source)
    call = [sys.executable, "-m", "hfsr.cli", "upscale", source, tmp_path / "out.png", "--model", "bicubic"]
    ended = subprocess.run(call, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
