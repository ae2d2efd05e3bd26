"""A network as an ONNX file, for programs without PyTorch: of any height and width, checked before it is written."""

import importlib
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrize

from hfsr.errors import UserError
from hfsr.files import atomic
from hfsr.models import store

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto

OPSET = 18  # of 2022: the first whose Resize has MATLAB's bicubic, which SRCNN begins with
CHECKED = ((1, 3, 24, 31), (2, 3, 1, 1), (1, 3, 64, 9))  # none of them the size that is traced
# Largest difference to PyTorch, with exact weights and with float16 ones: a grey level is 4e-3.
TOLERANCE = {False: 1e-5, True: 1e-3}


def export(model: str | Path, target: Path | str, half: bool = False) -> None:
    """Write a super-resolution network as an ONNX file, checked by ONNX Runtime against PyTorch, atomically.

    Its input ``lr`` is a float32 batch (N, 3, H, W) in [0, 1], its output ``sr`` (N, 3, scale*H, scale*W), about [0, 1];
    N, H and W are free. Its metadata are the facts of `hfsr.models.store.load_to_export`.

    Parameters
    ----------
    model : str or path
        A published network's name, or a ``.safetensors`` file.
    target : path ending in ``.onnx``
    half : bool
        Store the convolutions' weights as float16: half the size, within one grey level. It computes in float32 either way.

    Raises
    ------
    UserError
        If there is no such network, it is a classifier, the name does not end in ``.onnx``, the file cannot be written, or
        ONNX Runtime's result is not PyTorch's.
    ModuleNotFoundError
        If a package of the extra ``onnx`` is missing.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "model.onnx"
    >>> export("srcnn", path, half=True)
    >>> path.stat().st_size < 150_000
    True
    """
    for package in ("onnx", "onnxruntime", "onnxscript"):
        importlib.import_module(package)  # torch asks for the last one, in words of its own
    if Path(target).suffix != ".onnx":
        raise UserError(f"{target}: the name of an ONNX file must end in .onnx")
    network, facts = store.load_to_export(model)
    content = _translated(network)
    if half:
        _store_half(content.graph)
    for key, value in facts.items():
        content.metadata_props.add(key=key, value=str(value))
    _check(content, network, TOLERANCE[half])
    with atomic(target) as part:
        part.write_bytes(content.SerializeToString())


def _translated(network: nn.Module) -> "ModelProto":
    """The network's graph, weight normalisation computed beforehand."""
    plain = network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    for layer in plain.modules():
        if parametrize.is_parametrized(layer):
            parametrize.remove_parametrizations(layer, "weight")
    free = {0: "batch", 2: "height", 3: "width"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's exporter about torch
        program = torch.onnx.export(
            plain,
            (torch.zeros(2, 3, 12, 16),),
            input_names=["lr"],
            output_names=["sr"],
            opset_version=OPSET,
            dynamo=True,
            dynamic_shapes=(free,),
            verbose=False,
        )
    assert program is not None  # it is with dynamo=True
    content = program.model_proto
    for node in content.graph.node:
        del node.metadata_props[:]  # where in which file of this machine it was called
    return content


def _store_half(graph: "GraphProto") -> None:
    """Make weights of convolutions float16, each cast back to float32 before it is used."""
    from onnx import TensorProto, helper, numpy_helper

    for tensor in graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and len(tensor.dims) == 4:
            name, values = tensor.name, numpy_helper.to_array(tensor)
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
            graph.node.insert(0, helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))


@torch.inference_mode()
def _check(content: "ModelProto", network: nn.Module, tolerance: float) -> None:
    from onnxruntime import InferenceSession

    session = InferenceSession(content.SerializeToString(), providers=["CPUExecutionProvider"])
    for size in CHECKED:
        batch = torch.rand(size, generator=torch.Generator().manual_seed(0))
        (result,) = session.run(None, {"lr": batch.numpy()})
        apart = float(np.abs(result - network(batch).numpy()).max())
        if not apart <= tolerance:
            raise UserError(f"ONNX Runtime's result is {apart:.2g} from PyTorch's, where {tolerance:.2g} is allowed")
