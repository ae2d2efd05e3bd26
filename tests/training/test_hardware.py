from types import SimpleNamespace

import psutil
import pytest
import torch

from hfsr.training import hardware, processes


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
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Some GPU")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    assert hardware.describe() == "1 x Some GPU, bf16 units"  # of four, one trains
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
    assert hardware.describe() == "2 x Some GPU, bf16 units"


@pytest.mark.parametrize(
    ("busy", "most", "threads"),
    [
        ([2.0, 4.0], 2, 2),  # quiet
        ([97.0, 5.0], 2, 1),  # another job on one core
        ([100.0, 100.0], 2, 1),  # one on each: one thread is the least
        ([60.0, 60.0, 0.0, 0.0], 4, 3),
        ([0.0, 0.0, 0.0, 0.0], 2, 2),  # never more than at first
    ],
)
@pytest.mark.parametrize("now", [1, 2])
def test_as_many_threads_as_cores_are_idle(monkeypatch, busy, most, threads, now):
    monkeypatch.setattr(psutil, "cpu_percent", lambda interval, percpu: busy)
    asked = []
    monkeypatch.setattr(torch, "get_num_threads", lambda: now)
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    assert hardware.share_cores(most) == threads
    assert asked == [threads]


def test_one_thread_is_shared_with_nobody(monkeypatch):
    """A study's jobs have a thread each, and lose no time by looking."""
    monkeypatch.setattr(psutil, "cpu_percent", lambda **how: pytest.fail("looked"))
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    assert hardware.share_cores(1) == 1


def test_a_card_without_bf16_trains_in_float32_so_no_loss_is_scaled(monkeypatch):
    """A T4 or a V100: emulated bf16 would be slower, and float16, whose gradients need a scale, is never used."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation)
    assert hardware.precision() == "float32"
    monkeypatch.undo()
    assert processes.accelerator().scaler is None


def test_freed_memory_is_kept_by_the_c_librarys_settings(monkeypatch):
    """Nothing is mapped by itself (M_MMAP_MAX = 0), and what is freed at the heap's end stays (M_TRIM_THRESHOLD = -1)."""
    asked = {}
    library = SimpleNamespace(mallopt=lambda name, value: asked.update({name: value}))
    monkeypatch.setattr(hardware.ctypes, "CDLL", {"libc.so.6": library}.get)
    hardware.keep_memory()
    assert asked == {-4: 0, -1: -1}


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(hardware.ctypes, "CDLL", lambda name: SimpleNamespace())
    hardware.keep_memory()

    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(hardware.ctypes, "CDLL", missing)
    hardware.keep_memory()


@pytest.mark.parametrize("unit", ["avx512_bf16", "amx_bf16", None])
def test_a_processor_is_named_with_what_torch_knows_of_it(monkeypatch, unit):
    known = {"cpu_name": "Some", "num_physical_cores": 12} | ({unit: True} if unit else {})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: known, raising=False)
    assert hardware.bf16_units() is bool(unit)
    assert hardware.precision() == ("bf16" if unit else "float32")
    for threads, words in ((1, "1 thread"), (2, "2 threads")):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        assert hardware.describe() == f"Some CPU, 12 cores, {words}, {'' if unit else 'no '}bf16 units"


def test_a_processor_that_torch_does_not_know_is_named_by_the_system(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict, raising=False)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    monkeypatch.setattr(hardware.platform, "machine", lambda: "Make")
    for processor, name in (("Kind", "Kind"), ("", "Make")):
        monkeypatch.setattr(hardware.platform, "processor", lambda processor=processor: processor)
        assert hardware.describe() == f"{name} CPU, 3 cores, 3 threads, no bf16 units"


def test_float32_is_float32_on_a_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    flags = (torch.backends.cudnn, torch.backends.cuda.matmul)
    before = [each.allow_tf32 for each in flags]
    try:
        for each in flags:
            each.allow_tf32 = True
        assert hardware.device().type == "cuda"
        assert [each.allow_tf32 for each in flags] == [False, False]
    finally:
        for each, value in zip(flags, before, strict=True):
            each.allow_tf32 = value
