import itertools
import math
import shutil

import numpy as np
import pytest
import torch
from devices import NoHost
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hfsr import HighFrequencyL1, l1, map_statistics, masked_l1, selection_mask, weight_map
from hfsr.images import resize_bicubic, to_float
from hfsr.models import WDSR
from hfsr.weightmap import select

REDUCTIONS = ["image", "batch"]


@st.composite
def batches(draw):
    """(sr, hr, mask): float64 batches in [0, 1] and masks, often with images that select nothing."""
    shape = draw(st.tuples(*(st.integers(1, most) for most in (3, 3, 4, 4))))
    values = arrays(np.float64, shape, elements=st.integers(0, 255).map(lambda grey: grey / 255))
    mask = draw(arrays(bool, shape))
    mask[: draw(st.integers(0, shape[0]))] = False
    return tuple(torch.from_numpy(array) for array in (draw(values), draw(values), mask))


def reference(sr, hr, mask, reduction):
    """Eqs 2-3, an element at a time."""
    sums, counts = [0.0] * len(sr), [0] * len(sr)
    for place, selected in np.ndenumerate(mask.numpy()):
        if selected:
            sums[place[0]] += abs(sr[place].item() - hr[place].item())
            counts[place[0]] += 1
    if reduction == "batch":
        return sum(sums) / max(1, sum(counts))
    return sum(total / max(1, count) for total, count in zip(sums, counts, strict=True)) / len(sr)


@given(batches(), st.sampled_from(REDUCTIONS))
def test_the_loss_equals_the_reference(batch, reduction):
    loss = masked_l1(*batch, reduction)
    assert loss.shape == ()
    assert loss.item() == pytest.approx(reference(*batch, reduction), abs=1e-14)


def weighted_reference(sr, hr, mask, reduction, outside):
    """The mean weighted by 1 where the mask is and by `outside` elsewhere, by NumPy."""
    weights = np.where(mask.numpy(), 1.0, outside)
    errors = np.abs(sr.numpy() - hr.numpy())
    if reduction == "batch":
        return np.average(errors, weights=weights)
    return np.mean([np.average(each, weights=weight) for each, weight in zip(errors, weights, strict=True)])


@given(batches(), st.sampled_from(REDUCTIONS), st.sampled_from([0.001, 0.1, 0.5, 1.0]))
def test_a_weight_outside_the_mask_equals_the_reference(batch, reduction, outside):
    loss = masked_l1(*batch, reduction, outside)
    assert loss.dtype == torch.float64
    assert loss.item() == pytest.approx(weighted_reference(*batch, reduction, outside), abs=1e-14)
    if outside == 1:
        assert loss.item() == pytest.approx(l1(*batch[:2]).item(), abs=1e-14)


@given(batches(), st.sampled_from(REDUCTIONS))
def test_the_weighted_gradient_is_the_weight_over_their_sum(batch, reduction):
    sr, hr, mask = batch
    sr.requires_grad_()
    masked_l1(sr, hr, mask, reduction, 0.1).backward()
    weights = 0.1 + 0.9 * mask.double()
    total = weights.sum() if reduction == "batch" else weights.sum(dim=(1, 2, 3), keepdim=True) * len(sr)
    torch.testing.assert_close(sr.grad, (sr.detach() - hr).sign() * weights / total, rtol=1e-12, atol=0)


@given(batches(), st.sampled_from(REDUCTIONS))
def test_no_weight_outside_is_the_papers_loss_bit_for_bit(batch, reduction):
    assert torch.equal(masked_l1(*batch, reduction, 0.0), masked_l1(*batch, reduction))


def test_with_nothing_selected_the_others_have_all_the_weight():
    hr, sr = torch.zeros(2, 1, 1, 2), torch.tensor([1.0, 3.0]).expand(2, 1, 1, 2)
    for reduction in REDUCTIONS:
        assert masked_l1(sr, hr, torch.zeros_like(sr, dtype=torch.bool), reduction, 0.1) == 2


@pytest.mark.parametrize("outside", [-0.1, 1.1, math.nan])
def test_a_weight_outside_is_at_most_the_one_inside(outside):
    image = torch.zeros(1, 1, 2, 2)
    with pytest.raises(ValueError, match=r"outside is a weight in \[0, 1\], not"):
        masked_l1(image, image, image.bool(), "image", outside)
    with pytest.raises(ValueError, match=r"outside is a weight"):
        HighFrequencyL1(0.2, outside=outside)


@given(batches(), st.sampled_from(REDUCTIONS))
def test_the_gradient_is_the_sign_over_the_count(batch, reduction):
    sr, hr, mask = batch
    sr.requires_grad_()
    masked_l1(sr, hr, mask, reduction).backward()
    counts = mask.flatten(1).sum(dim=1).clamp(min=1) * len(sr) if reduction == "image" else mask.sum().clamp(min=1)
    expected = (sr.detach() - hr).sign() * mask / counts.double().view(-1, 1, 1, 1)
    torch.testing.assert_close(sr.grad, expected, rtol=1e-15, atol=0)


def test_an_image_counts_by_itself_or_by_its_selected_elements():
    hr = torch.zeros(2, 1, 1, 4)
    sr = torch.tensor([[1.0, 1, 1, 1], [3, 3, 3, 3]]).view_as(hr)
    mask = torch.tensor([[True, True, True, False], [True, False, False, False]]).view_as(hr)
    assert masked_l1(sr, hr, mask, "image") == 2  # (1 + 3) / 2
    assert masked_l1(sr, hr, mask, "batch") == 1.5  # (3 * 1 + 1 * 3) / 4
    assert masked_l1(sr, hr, mask) == 2


def test_an_image_that_selects_nothing_stays_in_the_mean():
    hr, sr = torch.zeros(2, 1, 1, 2), torch.ones(2, 1, 1, 2)
    mask = torch.tensor([[True, True], [False, False]]).view_as(hr)
    assert masked_l1(sr, hr, mask, "image") == 0.5
    assert masked_l1(sr, hr, mask, "batch") == 1


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("bad", [0.0, math.inf, -math.inf, math.nan])
def test_nothing_selected_is_zero_with_zero_gradients(reduction, bad):
    sr = torch.rand(2, 3, 4, 4)
    sr[0, 0, 0, 0] = bad
    sr.requires_grad_()
    loss = masked_l1(sr, torch.rand(2, 3, 4, 4), torch.zeros(2, 3, 4, 4, dtype=torch.bool), reduction)
    loss.backward()
    assert loss == 0
    assert torch.equal(sr.grad, torch.zeros_like(sr))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_an_unselected_value_never_reaches_the_loss(reduction, bad):
    hr, sr, mask = torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2), torch.ones(1, 1, 2, 2, dtype=torch.bool)
    sr[0, 0, 0, 0], mask[0, 0, 0, 0] = bad, False
    hr[0, 0, 0, 1], mask[0, 0, 0, 1] = bad, False
    sr.requires_grad_()
    loss = masked_l1(sr, hr, mask, reduction)
    loss.backward()
    assert loss == 1
    assert sr.grad.tolist() == [[[[0, 0], [0.5, 0.5]]]]


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_a_constant_image_gives_zero_and_not_nan(reduction):
    hr = torch.full((2, 3, 8, 8), 0.5)
    sr = torch.rand_like(hr).requires_grad_()
    loss = HighFrequencyL1("1/5", reduction)(sr, hr)
    loss.backward()
    assert loss == 0
    assert sr.grad.count_nonzero() == 0


@given(batches())
def test_l1_is_the_mean_and_every_mask_of_ones(batch):
    sr, hr, _ = batch
    assert l1(sr, hr).item() == pytest.approx(np.abs(sr.numpy() - hr.numpy()).mean(), abs=1e-14)
    for reduction in REDUCTIONS:
        assert masked_l1(sr, hr, torch.ones_like(sr, dtype=torch.bool), reduction).item() == pytest.approx(
            l1(sr, hr).item()
        )
        assert HighFrequencyL1(0, reduction)(sr, hr).item() == pytest.approx(l1(sr, hr).item())


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_without_a_mask_the_loss_makes_that_of_the_crop(reduction, photograph):
    hr = torch.stack([to_float(photograph(name)[:, 100:148, 100:148]) for name in ("astronaut", "coffee")])
    sr = (hr + 0.1 * torch.randn(hr.shape, generator=torch.Generator().manual_seed(0))).clamp(0, 1)
    mask = selection_mask(hr, "1/5")
    for outside in (0.0, 0.1):
        loss = HighFrequencyL1("1/5", reduction, outside)(sr, hr)
        assert loss == masked_l1(sr, hr, mask, reduction, outside)
    assert masked_l1(sr, hr, mask, reduction).item() == pytest.approx(reference(sr, hr, mask, reduction), rel=1e-6)


def test_a_mask_that_is_given_counts(photograph):
    image = photograph("astronaut")
    box = slice(None), slice(200, 248), slice(200, 248)
    mask = select(weight_map(image), *map_statistics(image), "1/5")[box][None]
    hr = to_float(image[box])[None]
    sr = hr + torch.linspace(0, 0.1, 48)
    loss = HighFrequencyL1("1/5")
    assert loss(sr, hr, mask) == masked_l1(sr, hr, mask)
    assert loss(sr, hr, mask) != loss(sr, hr)


@pytest.mark.parametrize("odd", [0, 1])
def test_shapes_must_agree(odd):
    tensors = [torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 2, 2, dtype=torch.bool)]
    tensors[odd] = tensors[odd][..., :1]  # would broadcast
    with pytest.raises(ValueError, match="their shapes must not differ"):
        masked_l1(*tensors)


def test_a_reduction_has_one_of_two_names():
    image = torch.zeros(1, 1, 2, 2)
    with pytest.raises(ValueError, match='reduction is "image" or "batch", not \'sum\''):
        masked_l1(image, image, image.bool(), "sum")
    with pytest.raises(ValueError, match='reduction is "image" or "batch"'):
        HighFrequencyL1(0.2, "sum")(image, image)


def test_a_bad_alpha_is_refused_at_once():
    with pytest.raises(ValueError, match="alpha = -1 must be finite"):
        HighFrequencyL1(-1)


def test_the_loss_is_a_module_without_state():
    loss = HighFrequencyL1("1/5", reduction="batch")
    assert not loss.state_dict()
    assert repr(loss) == "HighFrequencyL1(alpha=0.2, reduction='batch')"
    assert repr(HighFrequencyL1(0.2, outside=0.1)) == "HighFrequencyL1(alpha=0.2, reduction='image', outside=0.1)"


@pytest.mark.parametrize("alpha", [0, "1/5"])
def test_a_training_loop_lowers_the_loss(alpha, photograph):
    torch.manual_seed(0)
    image = photograph("coffee")[:, 100:260, 100:260]
    crops = torch.stack([image[:, y : y + 32, x : x + 32] for y in range(0, 160, 32) for x in range(0, 160, 32)])
    hr, lr = to_float(crops), to_float(resize_bicubic(crops, 0.5))
    model, loss = WDSR(blocks=1, features=8, expansion=2), HighFrequencyL1(alpha)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(40):
        optimizer.zero_grad()
        value = loss(model(lr), hr)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    assert losses[-1] < 0.3 * losses[0]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_summed_in_float32(dtype):
    sr, hr = torch.zeros(1, 3, 256, 256, dtype=dtype), torch.ones(1, 3, 256, 256, dtype=dtype)
    for reduction, outside in itertools.product(REDUCTIONS, (0.0, 0.5)):
        loss = masked_l1(sr, hr, torch.ones_like(hr, dtype=torch.bool), reduction, outside)
        assert (loss.dtype, loss.item()) == (torch.float32, 1.0)
    assert (l1(sr, hr).dtype, l1(sr, hr).item()) == (torch.float32, 1.0)


@pytest.mark.parametrize("loss", [l1, HighFrequencyL1("1/5"), lambda sr, hr: masked_l1(sr, hr, sr > 0)])
@pytest.mark.parametrize(
    ("shape", "way"),
    [
        ((3, 4, 4), ": give image[None]"),
        ((1, 2, 3, 4, 4), ": give a video's frames as video.flatten(0, 1)"),
        ((4, 4), ""),
    ],
)
def test_a_batch_has_four_dimensions(loss, shape, way):
    with pytest.raises(ValueError, match="are") as raised:
        loss(torch.zeros(shape), torch.zeros(shape))
    assert str(raised.value) == f"sr and hr are (N, C, H, W), not {shape}{way}"


@pytest.mark.parametrize("odd", [torch.uint8, torch.int64, torch.bool])
def test_sr_is_floating_point_and_hr_that_or_uint8(odd):
    image = torch.zeros(1, 1, 2, 2)
    with pytest.raises(ValueError, match=f"floating point in.* not {odd} and torch.float32"):
        l1(image.to(odd), image)
    with pytest.raises(ValueError, match=r"not torch\.float32 and torch\.int16"):
        l1(image, image.short())


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_grey_levels_are_scaled_and_give_the_exact_mask(reduction, dtype, photograph):
    hr = photograph("coffee")[None, :, 100:148, 100:148]
    sr = torch.rand(hr.shape, generator=torch.manual_seed(0)).to(dtype)
    mask = selection_mask(hr, "1/5")
    assert l1(sr, hr) == l1(sr, to_float(hr))
    assert masked_l1(sr, hr, mask, reduction) == masked_l1(sr, to_float(hr), mask, reduction)
    assert HighFrequencyL1("1/5", reduction)(sr, hr) == masked_l1(sr, hr, mask, reduction)
    assert not torch.equal(mask, selection_mask(to_float(hr), "1/5"))


@given(batches(), st.sampled_from(REDUCTIONS))
def test_one_channel_of_a_mask_counts_for_all(batch, reduction):
    sr, hr, mask = batch
    one = mask[:, :1]
    assert masked_l1(sr, hr, one, reduction).item() == pytest.approx(
        reference(sr, hr, one.expand_as(sr), reduction), abs=1e-14
    )


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_a_mask_is_bool(dtype):
    image = torch.zeros(1, 1, 2, 2)
    with pytest.raises(ValueError, match=f"the mask is bool, not {dtype}: give mask.bool"):
        masked_l1(image, image, image.to(dtype))


@pytest.mark.parametrize("shape", [(1, 3, 4, 4), (2, 2, 4, 4), (2, 3, 4, 1), (3, 4, 4), (1, 1, 4, 4)])
def test_a_mask_has_the_images_shape_or_one_channel(shape):
    image = torch.zeros(2, 3, 4, 4)
    with pytest.raises(ValueError, match=r"images \(2, 3, 4, 4\) has their shape or one channel"):
        HighFrequencyL1(0.2)(image, image, torch.ones(shape, dtype=torch.bool))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_ground_truth_that_is_not_finite_shows_in_the_loss(bad, reduction):
    hr = torch.rand(2, 3, 8, 8)
    hr[1, 2, 3, 4] = bad
    assert not HighFrequencyL1("1/5", reduction)(torch.zeros_like(hr), hr).isfinite()


# without the host


def test_the_device_notices_the_host():
    for reads in (lambda image: image.sum().item(), lambda image: image[image > 0], lambda image: torch.tensor(1.0)):
        with pytest.raises(AssertionError, match="needs the host"), NoHost():
            reads(torch.rand(3))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    ("dtype", "most", "outside"),
    [(torch.float32, 40, 0.0), (torch.float16, 42, 0.0), (torch.uint8, 60, 0.0), (torch.float32, 44, 0.1)],
)
def test_a_batch_is_worked_on_by_few_operations_and_never_read(dtype, most, outside, reduction):
    hr = torch.randint(0, 256, (16, 3, 96, 96), dtype=torch.uint8, generator=torch.manual_seed(0))
    # On the CPU the map of uint8 is made in more operations that take less time: counted is what other devices do.
    hr = hr.to("meta") if dtype == torch.uint8 else to_float(hr).to(dtype)
    sr = torch.rand(hr.shape, device=hr.device).requires_grad_()
    criterion = HighFrequencyL1("1/5", reduction, outside)
    mask = selection_mask(hr, "1/5")
    with NoHost() as forward:
        loss = criterion(sr, hr)
    with NoHost():
        loss.backward()
    with NoHost() as masked:
        criterion(sr, hr, mask)
    assert forward.count <= most
    assert masked.count <= (14 if outside else 10)
    with NoHost():
        map_statistics(hr)
        l1(sr, hr).backward()


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
@pytest.mark.parametrize(
    "backend",
    [
        "eager",
        "aot_eager",
        pytest.param(
            "inductor",
            marks=[
                pytest.mark.slow,
                pytest.mark.skipif(
                    not any(map(shutil.which, ("c++", "g++", "clang++"))), reason="no C++ compiler here"
                ),
            ],
        ),
    ],
)
@pytest.mark.parametrize("outside", [0.0, 0.1])
def test_the_loss_compiles_whole_and_once(backend, dtype, outside):
    torch.compiler.reset()
    criterion = HighFrequencyL1("1/5", outside=outside)
    compiled = torch.compile(criterion, backend=backend, fullgraph=True)
    for seed in range(3):
        generator = torch.manual_seed(seed)
        hr = torch.randint(0, 256, (2, 3, 16, 16), dtype=torch.uint8, generator=generator)
        hr = hr if dtype == torch.uint8 else to_float(hr)
        sr = torch.rand(hr.shape, generator=generator)
        here, there = sr.clone().requires_grad_(), sr.clone().requires_grad_()
        stance = "default" if seed == 0 else "fail_on_recompile"
        with torch.compiler.set_stance(stance):
            loss = compiled(there, hr)
        loss.backward()
        criterion(here, hr).backward()
        torch.testing.assert_close(loss, criterion(sr, hr))
        torch.testing.assert_close(there.grad, here.grad)


@pytest.mark.gpu
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_a_cuda_graph_holds_the_loss_its_mask_and_the_statistics(dtype):
    """Replayed on other pictures it gives theirs: nothing is read back while it is recorded."""
    hr = torch.randint(0, 256, (2, 3, 16, 16), dtype=torch.uint8, device="cuda")
    hr = hr if dtype == torch.uint8 else to_float(hr)
    sr = torch.rand(hr.shape, device="cuda")
    criterion = HighFrequencyL1("1/5")

    def made() -> tuple[torch.Tensor, ...]:
        return criterion(sr, hr), selection_mask(hr, "1/5", check_finite=False), *map_statistics(hr, check_finite=False)

    aside = torch.cuda.Stream()
    with torch.cuda.stream(aside):
        made()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        kept = made()
    hr.copy_(hr.flip(-1))
    sr.uniform_()
    graph.replay()
    for replayed, called in zip(kept, made(), strict=True):
        torch.testing.assert_close(replayed, called)


@pytest.mark.parametrize("dynamic", [None, True])
def test_losses_of_several_alphas_compile_in_one_process(dynamic):
    torch.compiler.reset()
    hr = torch.randint(0, 256, (2, 3, 12, 12), dtype=torch.uint8, generator=torch.manual_seed(0))
    sr = torch.rand(hr.shape)
    for alpha in ("1/5", "1/7", 0.5):
        criterion = HighFrequencyL1(alpha)
        compiled = torch.compile(criterion, backend="eager", fullgraph=True, dynamic=dynamic)
        torch.testing.assert_close(compiled(sr, hr), criterion(sr, hr))


@pytest.mark.parametrize("outside", [0.0, 0.1])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_functional_gradients_and_meta_tensors(dtype, outside):
    hr = torch.randint(0, 256, (2, 3, 8, 8), dtype=torch.uint8, generator=torch.manual_seed(0))
    hr = hr if dtype == torch.uint8 else to_float(hr)
    sr = torch.rand(hr.shape).requires_grad_()
    criterion = HighFrequencyL1("1/5", outside=outside)
    criterion(sr, hr).backward()
    assert torch.equal(torch.func.grad(criterion)(sr.detach(), hr), sr.grad)
    assert criterion(sr.detach().to("meta"), hr.to("meta")).shape == ()
