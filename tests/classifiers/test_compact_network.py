import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from hfsr import models
from hfsr.classifiers import Compact
from hfsr.classifiers.compact import EPSILON, Whitening, block
from hfsr.errors import UserError
from hfsr.models import store


def operations(model: Compact, side: int) -> float:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, 3, side, side))
    return counter.get_total_flops()


def test_the_strided_stem_makes_a_larger_image_cost_what_the_original_does():
    original = operations(Compact(), 32)
    assert original <= operations(Compact(stem="4x4"), 64) < 1.07 * original
    assert operations(Compact(), 64) == pytest.approx(4 * original, rel=0.1)


@pytest.mark.parametrize(("stem", "side", "stride"), [("2x2", 2, 1), ("4x4", 4, 2)])
def test_whitened_patches_are_uncorrelated_with_variance_one(stem, side, stride):
    torch.manual_seed(0)
    images = F.avg_pool2d(torch.randn(400, 3, 16, 16) * 20, 3, 1, 1)  # neighbours are alike
    whitening = Whitening(stem)
    whitening.fit(images)
    values = whitening(images).transpose(0, 1).flatten(1).double()
    covariance = values @ values.T / values.shape[1]
    assert values.shape[1] == 400 * ((16 - side) // stride + 1) ** 2
    assert torch.allclose(covariance, torch.eye(3 * side**2, dtype=torch.float64), atol=1e-2)


def test_a_direction_that_is_hardly_there_is_not_blown_up():
    whitening = Whitening("2x2")
    whitening.fit(torch.ones(10, 3, 8, 8))  # one direction has all variance, the others none
    assert whitening.directions.abs().max() <= EPSILON**-0.5 * 1.0001


def test_the_largest_directions_and_their_negatives_come_first():
    model = Compact(stem="4x4")
    features = model.mixing(model.whitening(torch.randn(2, 3, 64, 64))) - model.mixing.bias[:, None, None]
    assert torch.allclose(features[:, :12], -features[:, 12:], atol=1e-6)


def test_blocks_start_as_the_identity():
    first = block(8, 12)[0]
    images = torch.randn(2, 8, 6, 6)
    assert torch.equal(first(images)[:, :8], images)


def test_whitening_and_scales_are_not_learnt():
    model = Compact((4, 8))
    learnt = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert not any("whitening" in name for name in learnt)
    assert "mixing.weight" in learnt
    assert models.parameters(model) == sum(
        parameter.numel() for name, parameter in model.named_parameters() if name in learnt
    )


def test_it_is_read_back_as_it_was_built(tmp_path):
    model = Compact((4, 8), classes=5, stem="4x4")
    model.whitening.fit(torch.randn(4, 3, 16, 16))
    store.save(tmp_path / "compact.safetensors", model)
    again = store.load(tmp_path / "compact.safetensors")
    assert again.settings == model.settings
    images = torch.randn(2, 3, 16, 16)
    assert torch.allclose(again(images), model.eval()(images), atol=1e-2)


def test_another_stem_is_refused():
    with pytest.raises(UserError, match="no stem is called '3x3': choose 2x2 or 4x4"):
        Compact(stem="3x3")
