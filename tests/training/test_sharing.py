import dataclasses
import sys
from types import SimpleNamespace

import pytest
import torch
from launching import TWO, launch

from hfsr.data import photographs
from hfsr.errors import UserError
from hfsr.training import sharing

# Each process tells where in its memory the pictures lie: in which file, by device and number, and how that is mapped.
MAPPED = """
    import re
    from pathlib import Path
    from hfsr.errors import UserError
    from hfsr.training import processes, sharing

    told = Path({out!r} + f"-{{processes.state().process_index}}").open("w")
    try:
        sharing.load("absent", degrade="bicubic", whole=True)
    except UserError as error:
        print(f"refused: {{error}}", file=told)
    pictures = sharing.load({data!r}, degrade="bicubic", whole=True)
    for pair in zip(pictures.hr, pictures.lr):
        for picture in pair:
            for line in Path("/proc/self/maps").read_text().splitlines():
                start, end, how, device, number = re.match(r"(\\w+)-(\\w+) (\\S+) \\S+ (\\S+) (\\d+)", line).groups()
                if int(start, 16) <= picture.data_ptr() < int(end, 16):
                    print(f"{{how}} {{device}} {{number}}, {{pictures.digest}}, {{picture.sum()}}", file=told)
"""


def same(one, other) -> bool:
    return all(torch.equal(*pair) for pair in zip(one, other, strict=True))


def test_one_process_reads_the_pictures_itself(folder):
    pictures, expected = sharing.load(str(folder)), photographs.load(str(folder))
    assert (pictures.names, pictures.digest) == (expected.names, expected.digest)
    assert same(pictures.hr, expected.hr)
    assert same(pictures.lr, expected.lr)


def test_one_process_writes_no_files(monkeypatch):
    monkeypatch.setattr(sharing.tempfile, "TemporaryDirectory", lambda **settings: pytest.fail("a folder"))
    read = ("rest", columns(1))
    assert sharing.shared(lambda: read) is read


def test_pictures_are_read_as_asked_for(monkeypatch):
    asked = []
    pictures = photographs.load("embedded-held-out")
    monkeypatch.setattr(sharing.photographs, "load", lambda name, **how: asked.append((name, how)) or pictures)
    sharing.load("div2k-train", degrade="jpeg40", whole=False)
    assert asked == [("div2k-train", {"degrade": "jpeg40", "whole": False})]


@pytest.fixture
def machines(monkeypatch):
    """Two machines with two processes each, played one after the other: gives what one of them gets."""
    told, waited = [None] * 4, []

    def play(index: int, call):
        def gather(mine):
            (told[index],) = mine
            return told

        local = index % 2
        state = SimpleNamespace(
            num_processes=4, process_index=index, local_process_index=local, is_local_main_process=local == 0
        )
        state.wait_for_everyone = lambda: waited.append(told[index - local].folder.is_dir())
        monkeypatch.setattr(sharing.processes, "state", lambda: state)
        monkeypatch.setattr(sharing, "gather_object", gather)
        return call()

    return play, told, waited


def columns(value: int) -> list[list[torch.Tensor]]:
    sizes = [[(1, 2, 3), (3, 4, 4)], [(2, 3, 1, 1)]]
    return [[torch.full(size, value + place, dtype=torch.uint8) for place, size in enumerate(each)] for each in sizes]


def test_a_machine_reads_once_and_all_processes_wait_for_each_other_before_the_files_go(machines):
    play, told, waited = machines
    for index, value in ((0, 10), (2, 20)):
        read = (f"read by {index}", columns(value))
        rest, found = play(index, lambda read=read: sharing.shared(lambda: read))
        assert rest == f"read by {index}"
        for column, expected in zip(found, columns(value), strict=True):
            assert same(column, expected)
            assert len({picture.untyped_storage().data_ptr() for picture in column}) == 1
            assert all(picture.is_shared() for picture in column)  # mapped: whether with others, two processes show
    assert waited == [True, True]
    for index in (0, 2):
        assert told[index].folder.name.startswith("hfsr-pictures-")
        assert not told[index].folder.exists()


def test_no_pixels_are_told(machines, folder):
    play, told, _ = machines
    pictures, expected = play(0, lambda: sharing.load(str(folder))), photographs.load(str(folder))
    assert told[0].rest == dataclasses.replace(expected, hr=(), lr=())
    assert same(pictures.hr, expected.hr)
    assert same(pictures.lr, expected.lr)


def test_the_others_take_what_their_own_machine_has_read(machines, tmp_path):
    play, told, waited = machines
    for index in (0, 2):
        (tmp_path / str(index)).mkdir()
        told[index] = sharing._keep(
            tmp_path / str(index), lambda index=index: (f"read by {index}", columns(10 * index))
        )
    for index in (1, 3):
        rest, found = play(index, lambda: sharing.shared(lambda: pytest.fail("read again")))
        assert rest == f"read by {index - 1}"
        assert [int(column[0].max()) for column in found] == [10 * (index - 1)] * 2
    assert waited == [True, True]


@pytest.mark.parametrize(
    "error", [UserError("absent: not here; fetch it"), PermissionError("pictures.npy: no permission")]
)
def test_every_process_raises_what_a_reading_one_met_on_any_machine(machines, tmp_path, error):
    play, told, waited = machines

    def read():
        raise error

    (tmp_path / "2").mkdir()
    told[2] = sharing._keep(tmp_path / "2", lambda: ("the other machine has them", columns(20)))
    for index in (0, 1, 3):
        with pytest.raises(type(error), match=str(error)):
            play(index, lambda index=index: sharing.shared(read if index == 0 else lambda: pytest.fail("read again")))
    with pytest.raises(type(error), match=str(error)):
        play(2, lambda: sharing.shared(lambda: ("the other machine has them", columns(20))))
    assert waited == []


def test_a_folder_that_cannot_take_the_pictures_is_named_with_the_way_out(tmp_path):
    said = sharing._keep(tmp_path / "full" / "own", lambda: (None, [[torch.zeros(1, 2, 2, dtype=torch.uint8)]]))
    assert isinstance(said, UserError)
    assert str(said).startswith(f"{tmp_path}/full: cannot take the pictures (")
    assert str(said).endswith("; set TMPDIR to a folder with more room")


@pytest.mark.processes
@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux' list of a process's memory")
def test_two_processes_have_the_pictures_in_the_same_memory_and_refuse_what_is_not_there(tmp_path, folder):
    ended = launch(MAPPED, folder, tmp_path / "out", *TWO)
    assert ended.returncode == 0, ended.stderr
    first, second = ((tmp_path / f"out-{index}").read_text().splitlines() for index in range(2))
    assert first == second
    assert first.pop(0).startswith("refused: no photographs called 'absent'")
    expected = photographs.load(str(folder))
    assert len({line.split(",")[0] for line in first}) == 2  # a file for either resolution
    assert all(line.startswith("rw-s ") and expected.digest in line for line in first)
    sums = [int(line.split(", ")[2]) for line in first]
    assert sums == [int(picture.sum()) for pair in zip(expected.hr, expected.lr, strict=True) for picture in pair]
