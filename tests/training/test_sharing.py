import sys

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


def test_one_process_reads_the_pictures_itself(folder):
    pictures, expected = sharing.load(str(folder)), photographs.load(str(folder))
    assert (pictures.names, pictures.digest) == (expected.names, expected.digest)
    assert all(torch.equal(*pair) for pair in zip(pictures.hr, expected.hr, strict=True))


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
