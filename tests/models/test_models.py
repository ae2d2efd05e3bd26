import pytest
import torch
from torch import nn

from hfsr.images import resize_bicubic, to_float, to_uint8
from hfsr.images.bicubic import mirrored_bicubic
from hfsr.models import SRCNN, WDSR, parameters

SMALL = {"wdsr": lambda: WDSR(blocks=2, features=8, expansion=2), "srcnn": SRCNN}


@pytest.fixture(params=SMALL)
def small(request):
    torch.manual_seed(0)
    return SMALL[request.param]().eval()


# Sizes


@pytest.mark.parametrize(
    ("blocks", "expected"), [(1, 79_380), (3, 227_476), (5, 375_572), (8, 597_716), (16, 1_190_100)]
)
def test_parameters_of_wdsr(blocks, expected):
    model = WDSR(blocks=blocks)
    assert parameters(model) == expected
    assert model.settings == {"blocks": blocks, "features": 32, "expansion": 4, "scale": 2}


def test_parameters_of_srcnn():
    assert parameters(SRCNN()) == 9 * 9 * 3 * 64 + 64 + 5 * 5 * 64 * 32 + 32 + 5 * 5 * 32 * 3 + 3 == 69_251
    assert SRCNN().settings == {"scale": 2}


def test_frozen_parameters_are_not_counted():
    layer = nn.Linear(3, 2)
    layer.bias.requires_grad_(False)
    assert parameters(layer) == 6


@pytest.mark.parametrize("model", [WDSR(blocks=3, features=16, expansion=2, scale=3), SRCNN(scale=3)])
def test_settings_make_the_same_network_again(model):
    again = type(model)(**model.settings)
    again.load_state_dict(model.state_dict())
    x = torch.rand(2, 3, 16, 16)
    assert torch.equal(again.eval()(x), model.eval()(x))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 7), (5, 8), (24, 17)])
@pytest.mark.parametrize("scale", [2, 3])
def test_images_of_any_size_are_enlarged(height, width, scale):
    for model in (WDSR(blocks=1, features=4, expansion=2, scale=scale), SRCNN(scale=scale)):
        output = model(torch.rand(2, 3, height, width))
        assert (output.shape, output.dtype) == ((2, 3, scale * height, scale * width), torch.float32)


# WDSR


def test_weight_norm_starts_with_gain_1():
    model = WDSR(blocks=2)
    convolutions = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    assert len(convolutions) == 2 * 2 + 3
    for layer in convolutions:
        assert nn.utils.parametrize.is_parametrized(layer, "weight")
        gain = layer.parametrizations.weight.original0
        assert gain.shape == (layer.out_channels, 1, 1, 1)
        assert (gain == 1).all()
        torch.testing.assert_close(layer.weight.flatten(1).norm(dim=1), torch.ones(layer.out_channels))
        assert (layer.bias == 0).all()


def test_wdsr_adds_its_two_paths_around_the_middle_grey():
    model = WDSR(blocks=1, features=4, expansion=2)
    with torch.no_grad():
        assert (model(torch.full((1, 3, 6, 6), 0.5)) == 0.5).all()  # no bias yet
        for layer in (model.body[0], model.body[2]):
            layer.parametrizations.weight.original0.zero_()
        lr = torch.rand(1, 3, 6, 6)
        assert torch.equal(model(lr), model.skip(lr - 0.5) + 0.5)


def test_the_skip_path_is_5x5_and_the_rest_3x3():
    model = WDSR(blocks=1)
    assert [m.kernel_size[0] for m in model.skip.modules() if isinstance(m, nn.Conv2d)] == [5]
    body = [m for m in model.body.modules() if isinstance(m, nn.Conv2d)]
    assert [(m.in_channels, m.out_channels, *m.kernel_size) for m in body] == [
        (3, 32, 3, 3),
        (32, 128, 3, 3),
        (128, 32, 3, 3),
        (32, 12, 3, 3),
    ]


# The halo: how far an LR pixel's influence reaches


@pytest.mark.parametrize("model", [*(WDSR(blocks=n, features=8, expansion=2) for n in (1, 2, 4)), SRCNN()])
def test_the_halo_is_the_reach_of_the_gradient(model):
    size = 2 * model.halo + 5
    lr = torch.rand(1, 3, size, size, requires_grad=True)
    reached = []  # in LR rows and columns, relative to the centre, from each output pixel of the LR pixel at the centre
    centre = size // 2
    for y in range(model.scale):
        for x in range(model.scale):
            output = model(lr)[0, :, model.scale * centre + y, model.scale * centre + x].sum()
            (gradient,) = torch.autograd.grad(output, lr)
            reached.append(gradient[0].abs().amax(dim=0).nonzero() - centre)
    places = torch.cat(reached)
    assert (places.amin(dim=0).tolist(), places.amax(dim=0).tolist()) == ([-model.halo] * 2, [model.halo] * 2)


def test_beyond_the_halo_nothing_changes_within_it_something_does(small):
    lr = torch.rand(1, 3, 30, 30)
    with torch.no_grad():
        before = small(lr)
        for distance in range(small.halo - 1, small.halo + 3):
            changed = lr.clone()
            changed[..., 4 + distance, :] = 1 - changed[..., 4 + distance, :]
            rows = slice(small.scale * 4, small.scale * 5)
            assert torch.equal(small(changed)[..., rows, :], before[..., rows, :]) == (distance > small.halo)


def test_a_crop_with_its_halo_gives_the_crop_of_the_whole(small):
    lr = torch.rand(1, 3, 40, 40)
    halo, scale = small.halo, small.scale
    with torch.no_grad():
        whole = small(lr)
        crop = small(lr[..., 15 - halo : 24 + halo, 15 - halo : 24 + halo])[..., scale * halo : -scale * halo, :]
    crop = crop[..., scale * halo : -scale * halo]
    torch.testing.assert_close(crop, whole[..., scale * 15 : scale * 24, scale * 15 : scale * 24], rtol=0, atol=1e-5)


# bf16


def test_bf16_autocast_gives_float32_nearly_the_same(small, photograph):
    lr = to_float(photograph("coffee")[:, 100:140, 100:140])[None]
    with torch.no_grad():
        exact = small(lr)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rounded = small(lr)
    assert rounded.dtype == torch.float32
    assert not torch.equal(rounded, exact)  # it was at work
    torch.testing.assert_close(rounded, exact, rtol=0, atol=0.02)


def test_wdsr_carries_the_image_in_float32(photograph):
    model = WDSR(blocks=1, features=4, expansion=2)
    lr = to_float(photograph("coffee")[:, 100:140, 100:140])[None]
    with torch.no_grad():
        shortcut = model.skip(lr - 0.5)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            body, output = model.body(lr - 0.5), model(lr)
    assert (body.dtype, shortcut.dtype) == (torch.bfloat16, torch.float32)
    assert torch.equal(output, body.float() + shortcut + 0.5)


def test_gradients_flow_under_autocast(small):
    small.train()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = (small(torch.rand(1, 3, 12, 12)) - 0.5).abs().mean()
    loss.backward()
    assert loss.dtype == torch.float32
    for name, parameter in small.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.count_nonzero() > 0, name


# SRCNN's upscaling


@pytest.mark.parametrize("scale", [2, 3])
def test_enlarge_is_the_bicubic_of_images(scale, photograph):
    # Contrast is halved so that nothing is clipped. MATLAB rounds after the rows and after the columns: the first rounding
    # of half a level is carried on by weights whose absolute sum is below 1.3, the second adds another half.
    image = (photograph("coffee")[:, 100:140, 100:131] // 2) + 64
    exact = mirrored_bicubic(to_float(image)[None], scale)[0]
    rounded = resize_bicubic(image, scale)
    assert exact.shape == rounded.shape
    assert (255 * exact - rounded).abs().max() <= 0.5 * 1.3 + 0.5
    assert (to_uint8(exact) == rounded).float().mean() > 0.8


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
def test_enlarge_computes_in_float32(dtype):
    lr = torch.rand(1, 3, 5, 6).to(dtype)
    assert torch.equal(mirrored_bicubic(lr, 2), mirrored_bicubic(lr.float(), 2))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 5), (2, 3)])
def test_enlarge_mirrors_tiny_images_too(height, width):
    image = torch.randint(64, 192, (3, height, width), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    assert (
        255 * mirrored_bicubic(to_float(image)[None], 2)[0] - resize_bicubic(image, 2)
    ).abs().max() <= 0.5 * 1.3 + 0.5


def test_srcnn_works_on_the_enlarged_image():
    model = SRCNN()
    nn.init.zeros_(model.last.weight)
    nn.init.constant_(model.last.bias, 0.25)
    assert (model(torch.rand(1, 3, 4, 4)) == 0.75).all()
    seen = []
    model.body[0].register_forward_hook(lambda module, inputs, output: seen.append(inputs[0]))
    lr = torch.rand(1, 3, 6, 5)
    model(lr)
    assert torch.equal(seen[0], mirrored_bicubic(lr, 2) - 0.5)
