"""What a checkpoint's file does not say is put right when it is read."""

import pytest
import torch
from safetensors.torch import load_file, save_file

from hfsr.errors import UserError
from hfsr.models import WDSR
from hfsr.training import checkpoints
from hfsr.training.step import keep_on_device

CPU = torch.device("cpu")


def trained(optimizer):
    """A network laid out as the loop does it, and its optimiser, fused as on a GPU, after one iteration."""
    model = WDSR(blocks=1).to(memory_format=torch.channels_last)
    made = optimizer(model)
    keep_on_device(made, CPU)
    iterate(model, made)
    return model, made


def iterate(model, optimizer):
    optimizer.zero_grad()
    model(torch.rand(1, 3, 8, 8, generator=torch.manual_seed(0))).square().mean().backward()
    optimizer.step()


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda model: torch.optim.Adam(model.parameters(), lr=0.01),
        lambda model: torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9),
    ],
    ids=["Adam", "SGD"],
)
def test_moments_lie_in_memory_as_their_weights_do_and_a_fused_optimiser_goes_on(tmp_path, optimizer):
    """A card refuses moments of another layout: resumed there, a run ended with an error."""
    model, made = trained(optimizer)
    checkpoints.save(tmp_path / "c.safetensors", model, made, {})
    again, resumed = trained(optimizer)
    checkpoints.load(tmp_path / "c.safetensors", again, resumed)
    layouts = set()
    for weights, values in resumed.state.items():
        for key, value in values.items():
            if key != "step":
                assert value.stride() == weights.stride()
                layouts.add(weights.is_contiguous(memory_format=torch.contiguous_format))
    assert layouts == {True, False}  # else the test shows nothing
    iterate(model, made)
    iterate(again, resumed)
    for ours, theirs in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_a_state_that_was_altered_is_found_out_and_an_older_checkpoint_is_read(tmp_path):
    path, model = tmp_path / "c.safetensors", WDSR(blocks=1)
    made = torch.optim.Adam(model.parameters())
    checkpoints.save(path, model, made, {"step": 5})
    altered = path.read_bytes().replace(b'{\\"step\\": 5}', b'{\\"step\\": 1}')
    assert altered != path.read_bytes()
    (tmp_path / "altered.safetensors").write_bytes(altered)
    with pytest.raises(UserError, match="damaged checkpoint"):
        checkpoints.load(tmp_path / "altered.safetensors", model, made)
    tensors = load_file(path)
    of_the_tensors = {"state": '{"step": 5}', "digest": checkpoints._digest(tensors)}
    save_file(tensors, tmp_path / "older.safetensors", of_the_tensors)
    assert checkpoints.load(tmp_path / "older.safetensors", model, made) == {"step": 5}
