import pytest
import torch
from torch import nn

from hfsr.classifiers import ResNet
from hfsr.errors import UserError
from hfsr.models import parameters
from hfsr.report import paper
from hfsr.report.layers import table2


@pytest.mark.parametrize(("depth", "classes"), [(164, 100), (11, 10), (20, 3)])
def test_every_parameter_has_its_row(depth, classes):
    assert table2(depth, classes=classes)["parameters"].sum() == parameters(ResNet(depth, classes))


def test_table2_is_the_papers_but_for_what_the_deviations_list():
    ours, printed = table2(), paper.table2()
    assert ours.index.equals(printed.index)
    assert ours["times"].equals(printed["times"])
    differing = ours.index[(ours[["32x32", "64x64"]] != printed[["32x32", "64x64"]]).any(axis=1)]
    assert differing.tolist() == ["Average pool"]
    for name in ours.index[ours.index.str.startswith("Conv")]:
        layers, theirs = ours.loc[name, "details"].split("; "), printed.loc[name, "details"].split("; ")
        assert layers[-1] == theirs[-1]
        for layer, their in zip(layers[:-1], theirs[:-1], strict=True):
            (kernel, width, stride), (their_kernel, their_width, their_stride) = layer.split(", "), their.split(", ")
            assert (kernel, stride, 4 * int(width)) == (their_kernel, their_stride, int(their_width))


def test_printed_inner_widths_would_make_a_network_ten_times_as_large():
    """About 17.1 million parameters, against the 1.7 million of the ResNet-164 that the paper cites."""
    total, inputs = 0, 3
    convolutions = paper.table2().filter(like="Conv", axis=0)
    for details, times in zip(convolutions["details"], convolutions["times"], strict=True):
        for layer in details.split("; "):
            kernel, width, _ = layer.split(", ")
            weights = int(width) * int(kernel[0]) ** 2
            total += weights * (inputs + (times - 1) * int(width))  # repeated blocks read what they write
            inputs = int(width)
    assert 16.8e6 < total < 17.2e6


@pytest.mark.parametrize("size", [8, 16, 37])
def test_sizes_are_those_of_a_real_forward_pass(size):
    model, found = ResNet(11).eval(), []
    for stage in model.stages:
        stage.register_forward_hook(lambda _, __, output: found.append("x".join(map(str, output.shape[2:]))))
    with torch.inference_mode():
        model(torch.zeros(1, 3, size, size))
    column = table2(11, (size,))[f"{size}x{size}"]
    assert column[["Conv 1_x", "Conv 2_x first", "Conv 3_x first"]].tolist() == found


def test_times_are_counted_in_the_network():
    model, table = ResNet(29), table2(29)
    convolutions = sum(
        isinstance(module, nn.Conv2d) and "shortcut" not in name for name, module in model.named_modules()
    )
    blocks = table[table["details"].str.count(";") == 2]
    assert 1 + 3 * blocks["times"].sum() == convolutions


def test_other_depths_are_refused():
    with pytest.raises(UserError, match="9n"):
        table2(depth=18)
