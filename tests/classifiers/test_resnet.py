import pytest
import torch
from torch import nn

from hfsr.classifiers import ResNet
from hfsr.classifiers.resnet import Bottleneck
from hfsr.errors import UserError
from hfsr.models import parameters


@pytest.mark.parametrize(("classes", "expected"), [(10, 1_703_258), (100, 1_726_388)])
def test_parameters_of_resnet_164(classes, expected):
    model = ResNet(classes=classes)
    assert parameters(model) == expected
    assert model.settings == {"depth": 164, "classes": classes}


def test_settings_make_the_same_network_again():
    model = ResNet(20, 5)
    again = ResNet(**model.settings)
    again.load_state_dict(model.state_dict())
    x = torch.rand(2, 3, 16, 16)
    assert torch.equal(again.eval()(x), model.eval()(x))


@pytest.mark.parametrize("depth", [11, 20, 29, 164])
def test_the_depth_counts_the_layers(depth):
    model = ResNet(depth=depth)
    assert [len(stage) for stage in model.stages] == [(depth - 2) // 9] * 3
    main = [m for name, m in model.named_modules() if isinstance(m, nn.Conv2d | nn.Linear) and "shortcut" not in name]
    assert len(main) == depth


@pytest.mark.parametrize("depth", [-7, 2, 10, 12, 18, 50, 163])
def test_a_depth_is_9n_plus_2(depth):
    with pytest.raises(UserError, match=rf"depth is 9n \+ 2 .*, not {depth}"):
        ResNet(depth=depth)


@pytest.mark.parametrize("size", [8, 32, 64])
def test_images_of_several_sizes_are_classified(size):
    model = ResNet(depth=11, classes=7).eval()
    images = torch.rand(2, 3, size, size)
    shapes = []
    for stage in model.stages:
        stage.register_forward_hook(lambda module, inputs, output: shapes.append(tuple(output.shape[1:])))
    assert model(images).shape == (2, 7)
    assert shapes == [(64, size, size), (128, size // 2, size // 2), (256, size // 4, size // 4)]


def test_resnet_164_runs():
    with torch.no_grad():
        scores = ResNet().eval()(torch.rand(1, 3, 32, 32))
    assert scores.shape == (1, 10)
    assert scores.isfinite().all()


def silenced(*arguments, **options):
    """A block whose body adds nothing: what is left is the shortcut."""
    block = Bottleneck(*arguments, **options).eval()
    nn.init.zeros_(block.body[-1].weight)
    nn.init.uniform_(block.preactivation[0].weight, 0.5, 2)
    nn.init.uniform_(block.preactivation[0].bias, -1, 1)
    return block


def test_the_very_first_shortcut_starts_from_the_activated_input():
    x = torch.randn(2, 16, 8, 8)
    first, later = silenced(16, 64, first=True), silenced(16, 64)
    assert torch.equal(first(x), first.shortcut(first.preactivation(x)))
    assert torch.equal(later(x), later.shortcut(x))
    assert not torch.equal(first(x), first.shortcut(x))


def test_only_the_first_block_of_the_network_is_the_very_first():
    blocks = [block for stage in ResNet(depth=29).stages for block in stage]
    assert [block.first for block in blocks] == [True] + [False] * 8
    assert [isinstance(block.shortcut, nn.Identity) for block in blocks] == [False, True, True] * 3


def test_the_shortcut_is_the_identity_where_it_can_be():
    x = torch.randn(2, 64, 8, 8)
    before = x.clone()
    assert torch.equal(silenced(64, 64)(x), before)


@pytest.mark.parametrize(("stage", "stride"), [(0, 1), (1, 2), (2, 2)])
def test_the_stride_is_in_the_first_1x1_and_the_shortcut(stage, stride):
    first, *others = ResNet(depth=20).stages[stage]
    convolutions = [m for m in first.body if isinstance(m, nn.Conv2d)]
    assert [(m.kernel_size[0], m.stride[0]) for m in convolutions] == [(1, stride), (3, 1), (1, 1)]
    assert (first.shortcut.kernel_size, first.shortcut.stride) == ((1, 1), (stride, stride))
    assert {m.stride for block in others for m in block.body if isinstance(m, nn.Conv2d)} == {(1, 1)}
    outputs = (64, 128, 256)[stage]
    assert [m.out_channels for m in convolutions] == [outputs // 4, outputs // 4, outputs]


def test_activations_have_the_authors_constants():
    model = ResNet(depth=11)
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    assert {(norm.eps, norm.momentum) for norm in norms} == {(1e-3, 0.1)}
    assert {m.negative_slope for m in model.modules() if isinstance(m, nn.LeakyReLU)} == {0.1}
    assert len(norms) == 3 * 3 + 1
    assert not [m for m in model.modules() if isinstance(m, nn.Conv2d) and m.bias is not None]


def test_training_follows_the_batch_and_evaluation_does_not():
    torch.manual_seed(0)
    model = ResNet(depth=11)
    images = torch.randn(8, 3, 16, 16)
    model.train()
    alone, together = model(images[:4])[0], model(images)[0]
    assert not torch.allclose(alone, together, atol=1e-3)
    assert model.head[0][0].num_batches_tracked == 2
    model.eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    torch.testing.assert_close(model(images[:4])[0], model(images)[0], rtol=1e-4, atol=1e-4)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_resnet_learns_a_batch_by_heart():
    torch.manual_seed(0)
    model, images, labels = ResNet(depth=11, classes=4), torch.randn(16, 3, 8, 8), torch.arange(16) % 4
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for _ in range(15):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
    assert loss < 0.1
    assert all(parameter.grad is not None for parameter in model.parameters())
