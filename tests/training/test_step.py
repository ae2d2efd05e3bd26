import copy
import itertools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from devices import NoHost, OneDevice
from torch import Tensor, nn
from torch._subclasses import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

from hfsr.data import degradation, photographs
from hfsr.models import SRCNN, WDSR
from hfsr.studies import classify, recipes, superres, upscaler
from hfsr.studies.classification import Classification
from hfsr.studies.rows import Row
from hfsr.training import hardware, processes
from hfsr.training import step as step_module
from hfsr.training.crops import Crops
from hfsr.training.selection import MASKS
from hfsr.training.step import WARM_UP, Graph, Step, keep_on_device

CPU, META = torch.device("cpu"), torch.device("meta")
KINDS = [*MASKS, "image", "outside", "noise25", "jpeg10", "srcnn", "classify", "compact"]  # of a study's iteration

ROWS = {
    "image": Row("wdsr", "1/5", reduction="image"),
    "outside": Row("wdsr", "1/5", outside=0.1),
    "srcnn": Row("srcnn"),
}
ROWS |= dict.fromkeys(["noise25", "jpeg10"], Row("wdsr", "1/5"))


class Study:
    """The network, the loss and the batches of one kind of iteration, small."""

    def __init__(self, kind: str, device: torch.device = CPU) -> None:
        torch.manual_seed(0)
        self.batches: Callable[[int], Any]
        self.loss: Callable[[nn.Module, Any], Tensor]
        self.model: nn.Module
        self.optimizer: torch.optim.Optimizer
        if kind in ("classify", "compact"):
            recipe = recipes.classify("quick" if kind == "classify" else "compact-quick")
            run = Classification("digits", upscaler.ORIGINAL, replace(recipe, batch=4))
            images = torch.randint(0, 256, (20, 3, 8, 8), dtype=torch.uint8)
            task = classify.training(run, images, torch.arange(20) % 10, 10, device)
            self.model, self.optimizer, self.batches, self.loss = task.model, task.optimizer, task.batch, task.loss
        else:
            row = ROWS.get(kind) or Row("wdsr", 0 if kind == "all" else "1/5", kind)
            degrade = kind if kind in degradation.NAMES else degradation.BICUBIC
            pictures = photographs.load("embedded-held-out", degrade=degrade)
            self.model = SRCNN() if kind == "srcnn" else WDSR(blocks=1, scale=pictures.scale)
            self.optimizer = torch.optim.Adam(self.model.parameters())
            self.batches = Crops(pictures, 12, 2, 0, device)
            self.loss = lambda model, batch: superres.batch_loss(model, batch, row)
        self.model.to(device)

    def step(self) -> Step:
        return Step(self.model, self.optimizer, self.loss, processes.accelerator())

    def tensors(self) -> list[Tensor]:
        """All that lasts from one iteration to the next."""
        kept = [
            value for state in self.optimizer.state.values() for value in state.values() if isinstance(value, Tensor)
        ]
        return [*self.model.state_dict().values(), *kept]


@pytest.mark.parametrize("kind", KINDS)
def test_an_iteration_reads_nothing_from_the_device(kind):
    study = Study(kind)
    keep_on_device(study.optimizer, CPU)  # as on a GPU
    step = study.step()
    batch = study.batches(0)  # draws are made on the CPU for many iterations at once, those after the first are there
    with NoHost():
        for iteration in range(1, 3):
            step(batch, 1e-3)
            batch = study.batches(iteration)


def test_the_strict_device_notices_what_is_read():
    with pytest.raises(AssertionError, match="needs the host"), NoHost():
        torch.rand(3).sum().item()
    for read in (lambda x: x.tolist(), lambda x: x.numpy(), np.asarray):
        with pytest.raises(AssertionError, match="needs the host"), NoHost():
            read(torch.rand(3))
    assert torch.rand(3).tolist()  # after it as before
    study = Study("high")  # an optimiser that counts on the host
    with pytest.raises(AssertionError, match="needs the host"), NoHost():
        study.step()(study.batches(0), 1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_everything_lies_on_one_device(kind):
    """On meta tensors, which the CPU's do not mix with: whatever stays behind raises, and so does what reads a value."""
    study = Study(kind, META)
    step = study.step()
    step.total = step.total.to(META)
    with OneDevice():
        step(study.batches(0), 1e-3)
    assert step.total.is_meta
    learnt = [parameter for parameter in study.model.parameters() if parameter.requires_grad]
    assert all(parameter.grad is not None and parameter.grad.is_meta for parameter in learnt)


def test_the_meta_device_notices_what_was_left_behind():
    with pytest.raises(RuntimeError, match="device"):
        torch.rand(3, device=META) + torch.rand(3)


class Tape(TorchDispatchMode):
    """A CUDA graph played by the CPU: operations under it are noted, and done again on the same tensors by `replay`."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[tuple[Any, ...]] = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        self.notes.append((function, args, kwargs or {}, result))
        return result

    @torch.no_grad()
    def replay(self) -> None:
        for function, args, kwargs, result in self.notes:
            again = function(*args, **kwargs)
            for old, new in zip(_tensors(result), _tensors(again), strict=True):
                if old.data_ptr() != new.data_ptr():
                    old.copy_(new)


def _tensors(result: Any) -> list[Tensor]:
    results = result if isinstance(result, tuple | list) else [result]
    return [each for each in results if isinstance(each, Tensor)]


@pytest.fixture
def played_graph(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], list[Tensor]]], None]:
    """Have CUDA's graphs and streams played by the CPU. Recording runs nothing on a GPU: what lasts is put back after it."""

    class Stream:
        def wait_stream(self, other: "Stream") -> None:
            assert isinstance(other, Stream)

    def play(lasting: Callable[[], list[Tensor]]) -> None:
        @contextmanager
        def record(graph: Tape) -> Iterator[None]:
            assert isinstance(graph, Tape)
            before = [(tensor, tensor.clone()) for tensor in lasting()]
            with graph:
                yield
            with torch.no_grad():
                for tensor, value in before:
                    tensor.copy_(value)

        @contextmanager
        def stream(aside: Stream) -> Iterator[None]:
            assert isinstance(aside, Stream)
            yield

        for name, stub in {
            "Stream": Stream, "current_stream": Stream, "stream": stream, "CUDAGraph": Tape, "graph": record,
        }.items():  # fmt: skip
            monkeypatch.setattr(torch.cuda, name, stub)

    return play


@pytest.mark.parametrize("kind", KINDS)
def test_a_replayed_graph_trains_as_the_calls_do(kind, played_graph):
    """New batches, new rates and new draws reach the graph, it counts each iteration once, and leaves a batch as it was."""
    iterations, ends = WARM_UP + 3, []
    for as_graph in (False, True):
        study = Study(kind)
        keep_on_device(study.optimizer, CPU)
        step = study.step()
        if as_graph:
            played_graph(lambda: [*study.tensors(), step.total])  # noqa: B023 - called within this turn
            step.graph = Graph()
        given = [study.batches(iteration) for iteration in range(iterations)]
        before = copy.deepcopy(given)
        for iteration, batch in enumerate(given):
            step(batch, rate=1e-3 * (iteration + 1))
        assert all(map(torch.equal, itertools.chain(*given), itertools.chain(*before)))
        ends.append([*study.tensors(), step.total])
    for called, replayed in zip(*ends, strict=True):
        assert torch.equal(called, replayed)
    assert 0 < ends[0][-1] < math.inf


def test_a_graph_is_recorded_after_the_warm_up(played_graph):
    played_graph(list)
    runs = []
    graph = Graph()
    for value in range(WARM_UP + 4):
        graph(lambda batch: runs.append(batch[0].item()), (torch.tensor(value),))
    assert runs == list(range(WARM_UP + 1))  # the last of these is the recording
    assert graph.seen == WARM_UP + 4


@pytest.mark.parametrize("units", [True, False])
def test_losses_are_taken_in_bf16_where_there_are_units_and_added_up(monkeypatch, units):
    monkeypatch.setattr(hardware, "bf16_units", lambda: units)
    model, dtypes = nn.Linear(2, 1), []

    def loss(model: nn.Module, batch: Tensor) -> Tensor:
        out = model(batch)
        dtypes.append(out.dtype)
        return out.float().square().mean() + 1

    step = Step(model, torch.optim.SGD(model.parameters(), lr=0.1), loss, processes.accelerator())
    before = torch.get_autocast_dtype("cpu")
    try:
        torch.set_autocast_dtype("cpu", torch.float16)  # which a GPU would take by itself
        for _ in range(2):
            step(torch.ones(1, 2), rate=0.0)
    finally:
        torch.set_autocast_dtype("cpu", before)
    assert dtypes == [torch.bfloat16 if units else torch.float32] * 2
    assert step.total.item() == pytest.approx(2 * loss(model, torch.ones(1, 2)).item(), rel=1e-2)


@pytest.mark.parametrize("count", [1, 2])
def test_a_gpu_has_what_lasts_on_it_and_a_graph_where_it_trains_alone(monkeypatch, count):
    cuda, places = torch.device("cuda"), []
    monkeypatch.setattr(step_module, "keep_on_device", lambda optimizer, device: places.append((optimizer, device)))
    monkeypatch.setattr(torch, "zeros", lambda size, device: places.append((size, device)))
    monkeypatch.setattr(processes, "count", lambda: count)
    step = Step(nn.Identity(), "optimizer", None, SimpleNamespace(device=cuda))
    assert places == [((), cuda), ("optimizer", cuda)]
    assert isinstance(step.graph, Graph) == (count == 1)


@pytest.mark.parametrize("optimizer", [torch.optim.Adam, torch.optim.SGD])
def test_an_optimiser_is_told_to_stay_on_its_device(optimizer):
    made = optimizer(nn.Linear(2, 1).parameters(), lr=0.25)
    keep_on_device(made, META)
    (group,) = made.param_groups
    assert (group["fused"], group["foreach"], group["lr"].is_meta) == (True, False, True)
    assert group.get("capturable", False) is False
    with FakeTensorMode():
        made = optimizer(nn.Linear(2, 1).parameters(), lr=0.25)
        keep_on_device(made, torch.device("cuda"))
    (group,) = made.param_groups
    assert (group["lr"].device.type, group.get("capturable", True)) == ("cuda", True)


@pytest.mark.gpu
@pytest.mark.parametrize("kind", KINDS)
def test_the_graph_of_a_card_trains_as_its_calls_do(kind):
    ends = []
    for as_graph in (False, True):
        study = Study(kind, torch.device("cuda"))
        step = study.step()
        assert isinstance(step.graph, Graph)
        if not as_graph:
            step.graph = None
        for iteration in range(WARM_UP + 5):
            step(study.batches(iteration), rate=1e-4)
        ends.append([*study.tensors(), step.total])
    for called, replayed in zip(*ends, strict=True):
        torch.testing.assert_close(called, replayed, rtol=1e-2, atol=1e-3)


def test_a_group_of_parameters_may_take_a_multiple_of_the_rate():
    model = nn.Linear(1, 1)
    groups = [{"params": [model.weight]}, {"params": [model.bias], "factor": 32.0}]
    accelerator = processes.accelerator()
    model, optimizer = accelerator.prepare(model, torch.optim.SGD(groups, lr=1.0))
    before = [parameter.item() for parameter in model.parameters()]
    step = Step(model, optimizer, lambda model, batch: model(batch[0]).sum(), accelerator)
    step((torch.ones(1, 1, device=accelerator.device),), rate=0.01)
    after = [parameter.item() for parameter in model.parameters()]
    assert [a - b for a, b in zip(before, after, strict=True)] == pytest.approx([0.01, 0.32], abs=1e-6)
