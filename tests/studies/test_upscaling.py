import pytest
import torch

from hfsr.data import labelled
from hfsr.models import SRCNN, WDSR
from hfsr.models.upscaling import upscale
from hfsr.studies import upscaler
from hfsr.studies.upscaling import upscale_images


@pytest.fixture(scope="module")
def digits():
    return labelled.load("digits").train_images[:41]


def trained(kind):
    torch.manual_seed(1)
    return kind().eval().to(memory_format=torch.channels_last)


@pytest.mark.parametrize("batch", [1, 7, 40, 64])
@pytest.mark.parametrize("method", ["bicubic", WDSR, SRCNN], ids=["bicubic", "wdsr", "srcnn"])
def test_a_set_is_upscaled_as_its_images_one_by_one(method, batch, digits):
    method = method if method == "bicubic" else trained(method)
    expected = torch.stack([upscale(image, method) for image in digits])
    assert torch.equal(upscale_images(method, digits, batch), expected)


def test_a_network_of_another_scale_upscales_by_it(digits):
    torch.manual_seed(1)
    model = WDSR(blocks=1, scale=4).eval()
    assert torch.equal(upscale_images(model, digits[:2]), torch.stack([upscale(image, model) for image in digits[:2]]))


@pytest.fixture
def photographic(photograph):
    """Sixteen images of CIFAR's size."""
    tiles = photograph("coffee")[:, :128, :128].unfold(1, 32, 32).unfold(2, 32, 32)
    return tiles.permute(1, 2, 0, 3, 4).reshape(16, 3, 32, 32)


def test_photographic_images_are_too(photographic):
    model = trained(WDSR)
    assert torch.equal(
        upscale_images(model, photographic, 5), torch.stack([upscale(image, model) for image in photographic])
    )


@pytest.mark.parametrize("size", [8, 32])
@pytest.mark.parametrize("method", ["wdsr-a1-5", "srcnn"])
def test_bf16_gives_each_image_the_same_in_any_company(method, size, photographic):
    method = upscaler.called(method).load()
    images = photographic[:7, :, :size, :size]
    alone = torch.cat([upscale_images(method, image[None], bf16=True) for image in images])
    for batch in (2, 5, 32):
        assert torch.equal(upscale_images(method, images, batch, bf16=True), alone), batch


@pytest.mark.parametrize("method", ["wdsr-a1-5", "srcnn"])
def test_bf16_is_within_one_grey_level_of_float32(method, photographic):
    method = upscaler.called(method).load()
    exact, rounded = (upscale_images(method, photographic, bf16=bf16).int() for bf16 in (False, True))
    assert not torch.equal(rounded, exact)  # it was at work
    assert (rounded - exact).abs().max() == 1
    assert (rounded != exact).float().mean() < 0.15


def test_training_can_use_what_comes_out(digits):
    """Tensors made in inference mode could not be changed or differentiated later."""
    assert not upscale_images(trained(WDSR), digits).is_inference()


@pytest.mark.parametrize("change", [torch.Tensor.float, lambda images: images[0]])
def test_only_sets_of_uint8_images_are_upscaled(change, digits):
    with pytest.raises(ValueError, match="uint8 images"):
        upscale_images("bicubic", change(digits))


@pytest.mark.parametrize("method", ["original", "wdsr-a1-5"])
def test_a_name_is_not_taken_for_a_method(method, digits):
    with pytest.raises(
        ValueError, match=f'a method is a network, a sharpening, "bicubic" or "nearest", not {method!r}'
    ):
        upscale_images(method, digits)
