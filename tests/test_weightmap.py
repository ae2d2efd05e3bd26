import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hfsr import map_statistics, selected_fraction, selection_mask, weight_map
from hfsr.errors import UserError
from hfsr.kernels import strips
from hfsr.kernels.moments import mean_and_deviation, spread
from hfsr.weightmap import alpha_label, parse_alpha, select

DTYPES = [np.uint8, np.float32, np.float64]


@st.composite
def images(draw, dtypes=DTYPES, tallest=7):
    """Images (C, H, W) of any small size from a few grey levels: many ties, edges and corners everywhere."""
    dtype = draw(st.sampled_from(dtypes))
    grey = st.integers(0, 255)
    steps = st.tuples(st.integers(0, 100), st.integers(1, 77)).map(
        lambda pair: [pair[0] + k * pair[1] for k in range(3)]
    )
    levels = st.one_of(steps, st.lists(grey, min_size=1, max_size=4))  # equal steps up and down tie
    if dtype != np.uint8:  # as they are, divided by 255 (rounding breaks some ties), or any floats
        scaled = levels.map(lambda greys: [dtype(grey / 255) for grey in greys])
        floats = st.lists(st.floats(-1e6, 1e6, width=32, allow_subnormal=False), min_size=1, max_size=4)
        levels = st.one_of(levels, scaled, floats)
    shape = draw(st.tuples(st.integers(1, 3), st.integers(1, tallest), st.integers(1, 7)))
    return torch.from_numpy(draw(arrays(dtype, shape, elements=st.sampled_from(draw(levels)), fill=st.nothing())))


alphas = st.one_of(
    st.sampled_from([0, "1/7", "1/5", "1/3", 0.2, 1, 3]), st.floats(0, 5), st.fractions(0, 5).map(lambda f: str(f))
)


def reference_map(image):
    """Eqs 4-6 as they are printed, a pixel at a time."""
    array = image.numpy()
    differences = array.astype(int) if array.dtype == np.uint8 else array  # no wrap-around below 0
    weights = np.zeros_like(differences)
    channels, height, width = array.shape
    for c in range(channels):
        for y in range(height):
            for x in range(width):
                strongest = 0
                for row, column in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):  # up, down, left, right
                    if 0 <= row < height and 0 <= column < width:
                        difference = differences[c, y, x] - differences[c, row, column]
                        if abs(difference) > abs(strongest):  # of equals the first stays
                            strongest = difference
                weights[c, y, x] = strongest
    return weights


def exact_statistics(weights):
    values = [Fraction(value) for value in np.asarray(weights).ravel().tolist()]
    mean = sum(values) / len(values)
    return mean, sum((value - mean) ** 2 for value in values) / len(values)


# Eqs 4-6


@settings(max_examples=300)
@given(images())
def test_the_map_equals_the_reference(image):
    before = image.clone()
    weights = weight_map(image)
    assert weights.dtype == (torch.int16 if image.dtype == torch.uint8 else image.dtype)
    np.testing.assert_array_equal(weights.numpy(), reference_map(image))
    assert torch.equal(image, before)


@settings(max_examples=300)
@given(images(tallest=12), st.integers(1, 60))
def test_the_strips_leave_no_trace(image, strip):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strips, "STRIP", strip)
        weights = weight_map(image)
    np.testing.assert_array_equal(weights.numpy(), reference_map(image))


@pytest.mark.parametrize("levels", [4, 256])
def test_the_map_of_noise_equals_the_reference(levels, monkeypatch):
    """In milliseconds, for `make mutate`: it is the first to notice most faults."""
    image = torch.randint(0, levels, (2, 13, 17), dtype=torch.uint8, generator=torch.manual_seed(0))
    for strip in (50, strips.STRIP):
        monkeypatch.setattr(strips, "STRIP", strip)
        for here in (image, image.double()):
            np.testing.assert_array_equal(weight_map(here), reference_map(here))
            np.testing.assert_array_equal(weight_map(here[None])[0], reference_map(here))


@pytest.mark.parametrize(
    ("shape", "heights"),  # of the strips with their rims
    [((1, 600, 1024), [257, 258, 89]), ((3, 4, 2**17), [2, 3, 3, 2]), ((2, 3, 5, 7), [5])],
)
def test_strips_have_as_many_rows_as_fit_and_one_at_least(shape, heights, monkeypatch):
    whole, seen = strips._strongest_difference, []
    monkeypatch.setattr(strips, "_strongest_difference", lambda strip, dtype: seen.append(strip) or whole(strip, dtype))
    weight_map(torch.zeros(shape, dtype=torch.uint8))
    assert [strip.shape[-2] for strip in seen] == heights


def test_an_image_of_several_strips_as_they_are():
    image = torch.randint(0, 4, (3, 700, 700), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    assert image.numel() > 5 * strips.STRIP
    padded = np.pad(image.numpy().astype(int), ((0, 0), (1, 1), (1, 1)), mode="edge")
    centre = padded[:, 1:-1, 1:-1]
    neighbours = padded[:, :-2, 1:-1], padded[:, 2:, 1:-1], padded[:, 1:-1, :-2], padded[:, 1:-1, 2:]
    differences = np.stack([centre - neighbour for neighbour in neighbours])
    first = np.abs(differences).argmax(axis=0)
    np.testing.assert_array_equal(weight_map(image), np.take_along_axis(differences, first[None], axis=0)[0])


@given(st.data())
def test_images_of_a_batch_do_not_meet(data):
    first = data.draw(images())
    batch = torch.stack([first, first.flip(-1), first.flip(-2), torch.zeros_like(first)])
    assert torch.equal(weight_map(batch), torch.stack([weight_map(image) for image in batch]))
    alpha = data.draw(alphas)
    assert torch.equal(selection_mask(batch, alpha), torch.stack([selection_mask(image, alpha) for image in batch]))


@pytest.mark.parametrize(
    ("neighbours", "weight"),  # in the order up, down, left, right around a pixel of 100
    [
        ((90, 110, 100, 100), 10),
        ((110, 90, 100, 100), -10),
        ((100, 90, 110, 100), 10),
        ((100, 110, 90, 100), -10),
        ((100, 100, 90, 110), 10),
        ((100, 100, 110, 90), -10),
        ((100, 90, 100, 110), 10),
        ((99, 101, 101, 103), -3),
        ((0, 255, 0, 255), -155),
        ((100, 100, 100, 100), 0),
    ],
)
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32, torch.float64, torch.float16, torch.bfloat16])
def test_of_equal_differences_the_first_neighbour_counts(neighbours, weight, dtype):
    image = torch.full((1, 3, 3), 100, dtype=dtype)
    image[0, 0, 1], image[0, 2, 1], image[0, 1, 0], image[0, 1, 2] = neighbours
    assert weight_map(image)[0, 1, 1] == weight


def test_the_full_range_does_not_wrap():
    board = torch.tensor([[[0, 255], [255, 0]]], dtype=torch.uint8)
    assert weight_map(board).tolist() == [[[-255, 255], [255, -255]]]


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_one_pixel_has_weight_zero(dtype):
    image = torch.full((3, 1, 1), 7, dtype=dtype)
    assert weight_map(image).count_nonzero() == 0
    assert not selection_mask(image, 0.2).any()


def test_a_view_is_as_good_as_a_copy():
    whole = torch.randint(0, 256, (9, 11, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    view = whole.permute(2, 0, 1)[:, 1::2, ::3]
    assert torch.equal(weight_map(view), weight_map(view.contiguous()))


@pytest.mark.parametrize("function", [weight_map, map_statistics, lambda image: selection_mask(image, 0.2)])
@pytest.mark.parametrize("shape", [(), (4,), (4, 4), (1, 1, 3, 4, 4), (3, 0, 4), (0, 3, 4, 4)])
def test_an_image_has_three_or_four_dimensions_and_pixels(function, shape):
    with pytest.raises(ValueError, match=r"an image is \(C, H, W\) or \(N, C, H, W\)"):
        function(torch.zeros(shape, dtype=torch.uint8))


@pytest.mark.parametrize("function", [weight_map, map_statistics, lambda image: selection_mask(image, 0.2)])
def test_an_image_is_a_tensor(function):
    with pytest.raises(
        TypeError, match=r"^an image is a tensor, not ndarray: torch\.from_numpy makes one of an array$"
    ):
        function(np.zeros((3, 4, 4), np.uint8))


@pytest.mark.parametrize("dtype", [torch.int64, torch.int16, torch.int8, torch.bool, torch.complex64])
def test_an_image_is_uint8_or_floating_point(dtype):
    with pytest.raises(ValueError, match=f"uint8 or floating point, not {dtype}"):
        weight_map(torch.zeros(1, 2, 2, dtype=dtype))


# Eq 7


@given(images())
def test_statistics_are_exact(image):
    mu, sigma = (value.item() for value in map_statistics(image))
    mean, variance = exact_statistics(weight_map(image).numpy())
    if image.dtype == torch.uint8:
        assert mu == float(mean)
        assert sigma == pytest.approx(math.sqrt(variance), rel=1e-15)
    else:
        scale = float(weight_map(image).abs().max())
        assert mu == pytest.approx(float(mean), abs=1e-12 * scale)
        assert sigma == pytest.approx(math.sqrt(variance), abs=1e-12 * scale)


def test_statistics_of_a_photograph_are_numpys_population_ones(photograph):
    image = photograph("coffee")
    weights = weight_map(image).numpy().astype(np.float64)
    mu, sigma = (value.item() for value in map_statistics(image))
    assert (mu, sigma) == pytest.approx((weights.mean(), weights.std()), rel=1e-12)
    assert sigma == pytest.approx(statistics.pstdev(weights.ravel().tolist()), rel=1e-15)


@settings(max_examples=300)
@given(images(), alphas)
def test_the_mask_is_eq_7(image, alpha):
    number = parse_alpha(alpha)
    weights = reference_map(image)
    mean, variance = exact_statistics(weights)
    mask = selection_mask(image, alpha).numpy()
    assert mask.shape == weights.shape
    for weight, selected in zip(weights.ravel().tolist(), mask.ravel().tolist(), strict=True):
        distance, reach = (Fraction(weight) - mean) ** 2, Fraction(number) ** 2 * variance
        if number == 0:
            assert selected
        elif variance == 0:
            assert not selected
        elif abs(distance - reach) > 1e-9 * variance:  # nearer than that, float64 may round to either side
            assert selected == (distance > reach)


def test_floats_are_compared_in_float64():
    weight = torch.tensor([[[0.1]]])  # in float32 a little above 0.1
    assert weight.item() > 0.1000000012
    assert np.float32(0.1000000012) == weight.item()
    assert select(weight, 0.0, 1.0, 0.1000000012).all()
    assert not select(weight, 0.0, 1.0, 0.1000000016).any()


def test_statistics_of_another_type_or_place_are_taken_along():
    mu, sigma = torch.tensor([0.25]), torch.tensor([1.0])  # float32 knows no number between 0.25 and 0.25 + 2^-25
    weights = torch.tensor([0.25 + 2**-40, 0.25 + 2**-36], dtype=torch.float64)
    assert select(weights, mu, sigma, 2**-38).tolist() == [False, True]
    assert select(weights.to("meta"), mu, sigma, 1).is_meta


def test_the_interval_is_closed():
    board = torch.tensor([[[0, 10], [10, 0]]], dtype=torch.uint8)  # weights -10 and 10: mu 0, sigma 10
    assert map_statistics(board) == (0, 10)
    for image in (board, board.double()):
        assert not selection_mask(image, 1).any()
        assert selection_mask(image, 0.999).all()
        assert not selection_mask(image, 1.001).any()


@given(images(), alphas, alphas)
def test_a_greater_alpha_selects_no_more(image, one, other):
    small, great = sorted([one, other], key=parse_alpha)
    assert not (selection_mask(image, great) & ~selection_mask(image, small)).any()
    assert selected_fraction(image, great) <= selected_fraction(image, small)


@settings(max_examples=300)
@given(images(), alphas, st.data())
def test_a_crop_with_its_rim_gives_the_crop_of_the_whole_mask(image, alpha, data):
    height, width = image.shape[-2:]
    top, left = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    bottom, right = data.draw(st.integers(top + 1, height)), data.draw(st.integers(left + 1, width))
    rows = torch.arange(top - 1, bottom + 1).clamp(0, height - 1)  # beyond the image the edge pixel is repeated
    columns = torch.arange(left - 1, right + 1).clamp(0, width - 1)
    weights = weight_map(image[:, rows][:, :, columns])[:, 1:-1, 1:-1]
    crop = slice(None), slice(top, bottom), slice(left, right)
    assert torch.equal(weights, weight_map(image)[crop])
    assert torch.equal(select(weights, *map_statistics(image), alpha), selection_mask(image, alpha)[crop])


@given(st.data(), alphas)
def test_a_batch_of_crops_with_statistics_as_tensors(data, alpha):
    one = data.draw(images())
    batch = torch.stack([one, one.flip(-1).roll(1, 0), torch.zeros_like(one)])
    mu, sigma = (values.view(-1, 1, 1, 1) for values in map_statistics(batch))
    assert torch.equal(select(weight_map(batch), mu, sigma, alpha), selection_mask(batch, alpha))


def test_each_image_of_a_batch_has_its_own_statistics(photograph):
    flat = photograph("chelsea")[:, :64, :64]
    sharp = photograph("coffee")[:, 128:192, 128:192]
    assert map_statistics(flat)[1] < 0.7 * map_statistics(sharp)[1]
    both = selection_mask(torch.stack([flat, sharp]), "1/5")
    assert torch.equal(both, torch.stack([selection_mask(flat, "1/5"), selection_mask(sharp, "1/5")]))


def test_channels_share_their_statistics():
    image = torch.zeros(3, 4, 4, dtype=torch.uint8)
    image[0, :, ::2] = 200  # stripes in one channel; the other two are flat
    mask = selection_mask(image, "1/5")
    assert mask[0].all()
    assert not mask[1:].any()


def test_a_photograph_is_selected_less_than_a_gaussian_would_be(photograph):
    shares = [selected_fraction(photograph("astronaut"), alpha) for alpha in ("1/7", "1/6", "1/5", "1/4", "1/3")]
    assert shares == sorted(shares, reverse=True)
    gaussian = [math.erfc(alpha / math.sqrt(2)) for alpha in (1 / 7, 1 / 6, 1 / 5, 1 / 4, 1 / 3)]
    assert all(0.2 < share < limit for share, limit in zip(shares, gaussian, strict=True))


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32, torch.float64])
@pytest.mark.parametrize("value", [0, 17, 255])
def test_a_constant_image_selects_nothing_but_for_alpha_0(dtype, value):
    image = torch.full((3, 5, 6), value, dtype=dtype)
    assert map_statistics(image) == (0, 0)
    for alpha in (1e-300, "1/5", 1e308):
        assert selected_fraction(image, alpha) == 0
    assert selected_fraction(image, 0) == 1


@given(images(), st.sampled_from([1e6, 1e300, 1.7e308]))
def test_a_huge_alpha_selects_nothing(image, alpha):
    assert not selection_mask(image, alpha).any()


@given(images(), st.sampled_from([0, 0.0, -0.0, "0", "0/3", "0.0"]))
def test_alpha_0_selects_everything(image, alpha):
    assert selection_mask(image, alpha).all()
    assert selected_fraction(image, alpha) == 1


# alpha


@pytest.mark.parametrize("alpha", ["1/5", 0.2, "0.2", " 1/5 ", "2/10", "2e-1", np.float64(0.2), Fraction(1, 5)])
def test_alpha_has_many_forms(alpha, photograph):
    assert parse_alpha(alpha) == 0.2
    image = photograph("astronaut")[:, :40, :40]
    assert torch.equal(selection_mask(image, alpha), selection_mask(image, 0.2))


@pytest.mark.parametrize("alpha", ["", "a", "1/", "1/0", "1/5/2", "0,2", None, [0.2], 1j])
def test_an_alpha_that_is_no_number(alpha):
    with pytest.raises(UserError) as raised:
        parse_alpha(alpha)
    assert str(raised.value) == f"alpha = {alpha!r} is not a number: give one such as 0.2 or 1/5"
    with pytest.raises(ValueError, match="is not a number"):
        selection_mask(torch.zeros(1, 2, 2), alpha)


@pytest.mark.parametrize(
    "alpha", [-0.2, "-1/5", -1, "nan", "inf", "1e999", "1e999999999", math.nan, math.inf, -math.inf]
)
def test_an_alpha_out_of_range(alpha):
    with pytest.raises(UserError) as raised:
        parse_alpha(alpha)
    assert str(raised.value) == f"alpha = {alpha!r} must be finite and at least 0: give one such as 0.2 or 1/5"
    with pytest.raises(ValueError, match="must be finite and at least 0"):
        selected_fraction(torch.zeros(1, 2, 2), alpha)


@pytest.mark.parametrize(
    ("alpha", "label"),
    [
        (0, "0"),
        (0.2, "1/5"),
        ("1/7", "1/7"),
        (1 / 3, "1/3"),
        (0.01, "1/100"),
        (1 / 101, "0.009900990099009901"),
        (1, "1"),
        (2, "2"),
        (1.5, "1.5"),
        (0.23, "0.23"),
        ("2/5", "0.4"),
        (1e-5, "1e-05"),
    ],
)
def test_alpha_is_written_as_the_paper_does(alpha, label):
    assert alpha_label(alpha) == label


@given(alphas)
def test_a_label_reads_back(alpha):
    assert parse_alpha(alpha_label(alpha)) == pytest.approx(parse_alpha(alpha), rel=1e-5)


@pytest.mark.gpu
def test_a_gpu_makes_the_same_mask(photograph):
    image = photograph("astronaut")
    for here in (image, image.double()):
        assert torch.equal(selection_mask(here.cuda(), "1/5").cpu(), selection_mask(here, "1/5"))


@pytest.mark.parametrize("function", [map_statistics, lambda image: selection_mask(image, "1/5")])
def test_pixels_that_are_not_finite_are_named(function):
    image = torch.rand(1, 4, 4)
    image[0, 1, 1] = math.nan
    with pytest.raises(ValueError, match=r"^the image has pixels that are not finite$"):
        function(image)
    with pytest.raises(ValueError, match="pixels that are not finite"):
        selected_fraction(image[None], 0.2)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", [(0, 0), (0, 3), (1, 2), (3, 3)])
def test_of_an_unchecked_batch_what_is_not_finite_selects_all_of_its_image(bad, place):
    batch = torch.rand(2, 1, 4, 4, generator=torch.manual_seed(0))
    batch[1, 0, *place] = bad
    assert map_statistics(batch)[1].isnan().tolist() == [False, True]
    mask = selection_mask(batch, "1/5")
    assert mask[1].all()
    assert torch.equal(mask[0], selection_mask(batch[0], "1/5"))
    assert selection_mask(batch[1], "1/5", check_finite=False).all()
    with pytest.raises(ValueError, match="pixels that are not finite"):
        map_statistics(batch, check_finite=True)


@given(st.one_of(st.integers(1, 2**26), st.integers(2**23 - 2, 2**23 + 2)), st.data())
def test_the_spread_is_rounded_once(count, data):
    """Of `count` numbers, some of one kind, some of another and the rest of a third: sums as large as a picture's."""
    some = data.draw(st.integers(0, count))
    other = data.draw(st.integers(0, count - some))
    weights = data.draw(st.lists(st.integers(-255, 255), min_size=3, max_size=3))
    amounts = some, other, count - some - other
    total = sum(amount * weight for amount, weight in zip(amounts, weights, strict=True))
    squares = sum(amount * weight**2 for amount, weight in zip(amounts, weights, strict=True))
    assert spread(count, torch.tensor(total), torch.tensor(squares)).item() == float(count * squares - total**2)


@pytest.mark.parametrize("convert", [torch.Tensor.byte, lambda pixels: pixels / 255], ids=["uint8", "float"])
def test_vmap_gives_each_pictures_mask(convert):
    batch = convert(torch.randint(256, (3, 3, 20, 300), generator=torch.manual_seed(0), dtype=torch.uint8))
    mapped = torch.vmap(lambda image: selection_mask(image, "1/5", check_finite=False))(batch)
    assert torch.equal(mapped, torch.stack([selection_mask(image, "1/5") for image in batch]))


@pytest.mark.parametrize("count", [2**23, 2**23 + 1, 2**24, 36_000_001, 2**26])
@pytest.mark.parametrize("share", [2, 3, 1000])
def test_the_spread_passes_2_to_63(count, share):
    high = count // share  # this many weights of 255, the rest of -254
    total, squares = 255 * high - 254 * (count - high), 255**2 * high + 254**2 * (count - high)
    assert spread(count, torch.tensor(total), torch.tensor(squares)).item() == float(count * squares - total**2)


def test_a_batch_and_a_picture_have_the_same_statistics(photograph):
    image = photograph("coffee")  # of several pieces
    for here in (image, image / 255):
        alone, beside = map_statistics(here), map_statistics(torch.stack([here.flip(-1), here]))
        assert [values.shape for values in (*alone, *beside)] == [(), (), (2,), (2,)]
        assert {values.dtype for values in (*alone, *beside)} == {torch.float64}
        assert [values[1].item() for values in beside] == [value.item() for value in alone]


def test_large_pictures_have_exact_statistics():
    """count * squares passes 2^63."""
    weights = torch.full((1, 3000, 4000), 255, dtype=torch.int16)
    weights[0, 0, 0] = -255
    assert [value.shape for value in mean_and_deviation(weights)] == [(1, 1, 1)] * 2
    mu, sigma = (value.item() for value in mean_and_deviation(weights))
    count, total, squares = 12_000_000, 255 * 11_999_998, 255**2 * 12_000_000
    assert count * squares > 2**63
    assert mu == total / count
    assert sigma == pytest.approx(math.sqrt(count * squares - total**2) / count, rel=4e-16)


# without the host


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
@pytest.mark.parametrize("shape", [(3, 8, 9), (2, 3, 8, 9)])
def test_shapes_and_types_are_known_without_values(shape, dtype):
    image = torch.empty(shape, dtype=dtype, device="meta")
    mask = selection_mask(image, "1/5")
    assert (mask.shape, mask.dtype, mask.device.type) == (shape, torch.bool, "meta")
    assert map_statistics(image)[0].shape == shape[:-3]
    assert weight_map(image).dtype == (torch.int16 if dtype == torch.uint8 else dtype)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
@pytest.mark.parametrize("shape", [(3, 12, 12), (2, 3, 12, 12)])
def test_one_graph_makes_the_masks_of_all_pictures(shape, dtype):
    torch.compiler.reset()
    graphs = []

    def count(graph, _):
        graphs.append(graph)
        return graph.forward

    compiled = torch.compile(lambda image: selection_mask(image, "1/5"), backend=count, fullgraph=True)
    for seed in range(3):
        image = torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.manual_seed(seed)).to(dtype)
        assert torch.equal(compiled(image), selection_mask(image, "1/5"))
    assert len(graphs) == 1


@pytest.mark.parametrize("dynamic", [None, True])
def test_several_alphas_compile_in_one_process(dynamic):
    """The second one makes torch.compile take alpha for a number that varies."""
    torch.compiler.reset()
    image = torch.randint(0, 256, (2, 3, 12, 12), dtype=torch.uint8, generator=torch.manual_seed(0))
    compiled = torch.compile(selection_mask, backend="eager", fullgraph=True, dynamic=dynamic)
    for alpha in ("1/5", 0.3, 1 / 7, 0.5):
        assert torch.equal(compiled(image, alpha), selection_mask(image, alpha))
