"""One iteration of training, all of it on the device: nothing is read back, and a GPU gets it as one CUDA graph."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from hfsr.training import hardware, processes

WARM_UP = 3  # iterations before a graph is recorded: libraries choose their algorithms, the optimiser makes its state


class Step:
    """A batch in, the weights changed, the loss added up in `total`.

    Parameters
    ----------
    model, optimizer
        As `accelerate.Accelerator.prepare` gave them.
    loss : callable, (model, batch) -> scalar Tensor
        Reads nothing back from the device. It is taken in bf16 where the device has units for that.
    accelerator : Accelerator

    Examples
    --------
    >>> accelerator = processes.accelerator()
    >>> model = nn.Linear(1, 1, bias=False, device=accelerator.device)
    >>> model, optimizer = accelerator.prepare(model, torch.optim.SGD(model.parameters()))
    >>> step = Step(model, optimizer, lambda model, batch: (model(batch[0]) - 1).abs().sum(), accelerator)
    >>> before = model.weight.item()
    >>> step((torch.full((1, 1), 2.0, device=accelerator.device),), rate=0.25)
    >>> abs(model.weight.item() - before), step.total.item() > 0
    (0.5, True)
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        loss: Callable[[nn.Module, Any], Tensor],
        accelerator: Accelerator,
    ) -> None:
        self.model, self.optimizer, self.loss, self.accelerator = model, optimizer, loss, accelerator
        self.device = accelerator.device
        self.total = torch.zeros((), device=self.device)
        on_gpu = self.device.type == "cuda"
        if on_gpu:
            keep_on_device(optimizer, self.device)
        # Several processes exchange gradients in the middle of an iteration: these stay calls of their own.
        self.graph = Graph() if on_gpu and processes.count() == 1 else None

    def __call__(self, batch: tuple[Tensor, ...], rate: float) -> None:
        """One iteration with a learning rate, of which a group of parameters may take its own multiple, "factor"."""
        for group in self.optimizer.param_groups:
            own = rate * group.get("factor", 1)
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(own)
            else:
                group["lr"] = own
        if self.graph:
            self.graph(self.update, batch)
        else:
            self.update(batch)

    def update(self, batch: tuple[Tensor, ...]) -> None:
        """Loss, gradients, new weights."""
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=hardware.bf16_units()):
            loss = self.loss(self.model, batch)
        self.optimizer.zero_grad()
        self.accelerator.backward(loss)
        self.optimizer.step()
        self.total += loss.detach()


def keep_on_device(optimizer: torch.optim.Optimizer, device: torch.device) -> None:
    """Have Adam or SGD work in one kernel, with learning rate and counter of iterations on the device.

    On the CPU the study's optimisers stay as they are: a fused one rounds otherwise.

    Examples
    --------
    >>> optimizer = torch.optim.Adam(nn.Linear(2, 1).parameters())
    >>> keep_on_device(optimizer, torch.device("cpu"))
    >>> optimizer.param_groups[0]["fused"], optimizer.param_groups[0]["lr"]
    (True, tensor(0.0010))
    """
    for group in optimizer.param_groups:
        group |= {"fused": True, "foreach": False, "lr": torch.tensor(group["lr"], device=device)}
        if "capturable" in group:  # Adam, which counts its iterations
            group["capturable"] = device.type == "cuda"


class Graph:
    """What is done to a batch, recorded once as a CUDA graph and replayed: hundreds of launches become one.

    The first iterations run as they are, aside from the main stream, as PyTorch's notes on CUDA graphs ask for. Recording
    runs nothing: every iteration counts once. What is done is no part of this object, which would keep it, and the memory that
    the graph holds, beyond the training's end.

    Examples
    --------
    >>> Graph().seen  # nothing has run yet
    0
    """

    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, run: Callable[[Any], None], batch: tuple[Tensor, ...]) -> None:
        """Do `run`, the same every time: it reads nothing back and keeps what lasts in tensors of its own."""
        if self.seen < WARM_UP:
            self._run_aside(run, batch)
        else:
            if self.seen == WARM_UP:
                self._record(run, batch)
            for place, value in zip(self.batch, batch, strict=True):
                place.copy_(value)
            self.graph.replay()
        self.seen += 1

    def _run_aside(self, run: Callable[[Any], None], batch: tuple[Tensor, ...]) -> None:
        if not self.seen:
            self.aside = torch.cuda.Stream()  # one for all, as libraries keep work space for each
        main = torch.cuda.current_stream()
        self.aside.wait_stream(main)
        with torch.cuda.stream(self.aside):
            run(batch)
        main.wait_stream(self.aside)

    def _record(self, run: Callable[[Any], None], batch: tuple[Tensor, ...]) -> None:
        self.batch = copy.deepcopy(batch)  # where the graph looks for every batch from now on
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            run(self.batch)
