import pytest
import torch

from hfsr.analysis.sharpen import gradient_energy, matched_amount, sharpen
from hfsr.errors import UserError
from hfsr.images import resize_bicubic


def test_each_pixel_is_moved_away_from_its_neighbourhoods_mean():
    torch.manual_seed(0)
    image = torch.randint(256, (1, 2, 5, 6), dtype=torch.uint8)
    found = sharpen(image, 0.8)
    for channel in range(2):
        for row in range(5):
            for column in range(6):
                around = [
                    image[0, channel, min(max(row + down, 0), 4), min(max(column + right, 0), 5)].item()
                    for down in (-1, 0, 1)
                    for right in (-1, 0, 1)
                ]
                own = image[0, channel, row, column].item()
                wanted = min(max(own + 0.8 * (own - sum(around) / 9), 0), 255)
                assert abs(found[0, channel, row, column].item() - wanted) <= 0.5001


def test_nothing_is_changed_by_nothing_or_where_all_is_flat():
    image = torch.randint(256, (2, 3, 6, 6), dtype=torch.uint8)
    assert torch.equal(sharpen(image, 0.0), image)
    flat = torch.full((1, 3, 6, 6), 77, dtype=torch.uint8)
    assert torch.equal(sharpen(flat, 5.0), flat)


def test_the_energy_is_that_of_a_loop_over_neighbours():
    image = torch.randint(256, (1, 1, 4, 4), dtype=torch.uint8)
    values = image[0, 0].tolist()
    down = [(values[r + 1][c] - values[r][c]) ** 2 for r in range(3) for c in range(4)]
    across = [(values[r][c + 1] - values[r][c]) ** 2 for r in range(4) for c in range(3)]
    assert gradient_energy(image) == pytest.approx((sum(down) / 12 + sum(across) / 12) / 2)


def test_an_amount_is_found_again(photograph):
    crops = photograph("coffee")[:, :256, :256].unfold(1, 64, 64).unfold(2, 64, 64).permute(1, 2, 0, 3, 4).flatten(0, 1)
    smooth = resize_bicubic(resize_bicubic(crops, 0.5), 2)
    for amount in (0.0, 1.3, 4.0):
        assert matched_amount(smooth, sharpen(smooth, amount)) == amount


@pytest.mark.parametrize(
    "reference", [torch.zeros(1, 1, 4, 4, dtype=torch.uint8), torch.eye(4).byte()[None, None] * 255]
)
def test_what_no_sharpening_has_is_refused(reference):
    images = torch.tensor([[0, 1, 0, 1]] * 4, dtype=torch.uint8)[None, None]
    with pytest.raises(UserError, match="is that of no sharpening here: they go from"):
        matched_amount(images, reference)
