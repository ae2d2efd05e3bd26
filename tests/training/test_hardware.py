from types import SimpleNamespace

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
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Some GPU")
    assert hardware.describe() == "2 x Some GPU, bf16 units"


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
    monkeypatch.setattr(hardware.ctypes, "CDLL", lambda name: library)
    hardware.keep_memory()
    assert asked == {-4: 0, -1: -1}


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(hardware.ctypes, "CDLL", lambda name: SimpleNamespace())
    hardware.keep_memory()


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
