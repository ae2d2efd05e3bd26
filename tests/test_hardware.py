import platform
import subprocess
import sys
import textwrap

import pytest
import torch

from hfsr import hardware


def test_the_line_names_threads_and_units_and_no_machine():
    line = hardware.describe()
    assert "\n" not in line
    if not torch.cuda.is_available():
        assert f", {torch.get_num_threads()} thread" in line
        assert ("no bf16 units" in line) == (not hardware.bf16_units())


def test_an_older_torch_knows_nothing_of_the_processor(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert not hardware.bf16_units()
    assert "no bf16 units" in hardware.describe()


def test_a_gpu_is_named_with_their_number(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: not including_emulation)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Some GPU")
    assert hardware.describe() == "2 x Some GPU, bf16 units"


FAULTS = """
    import resource, sys
    import torch
    from hfsr import hardware
    if sys.argv[1] == "kept":
        hardware.keep_memory()
    for _ in range(2):
        torch.zeros(2**24)  # 64 MB, freed at once
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        torch.zeros(2**24)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_freed_memory_is_kept_for_the_next_tensor():
    """Pages that the system hands out anew are faults: 16,384 a tensor, unless the memory is the former tensor's."""

    def faults(word: str) -> int:
        call = [sys.executable, "-c", textwrap.dedent(FAULTS), word]
        return int(subprocess.run(call, capture_output=True, text=True, check=True).stdout)

    assert faults("kept") < 0.1 * faults("given back")
