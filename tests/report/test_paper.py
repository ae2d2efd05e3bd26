"""The paper's numbers against the relations that they must keep among themselves, and the shares against samples."""

import numpy as np
import pytest
from scipy import stats

from hfsr.errors import UserError
from hfsr.report import paper
from hfsr.weightmap import parse_alpha


def test_tables_have_the_papers_rows():
    for table in (paper.table1(), paper.table4()):
        assert tuple(table.index) == paper.METHODS
    assert tuple(paper.table3().index) == ("Original", *paper.METHODS)


def test_table1_says_what_the_text_says_of_it():
    table = paper.table1()
    ours = table.loc[list(paper.ALPHAS)]
    assert ours["fraction"].is_monotonic_decreasing  # alpha grows down the table
    assert ours["psnr"].idxmin() == "1/3"
    assert np.isnan(table.loc["Bicubic", "fraction"])
    assert table.loc["WDSR", "fraction"] == 1
    assert table["psnr"].between(29, 35).all()
    assert table["ssim"].between(0.86, 0.94).all()


def test_table3_says_what_the_text_says_of_it():
    table = paper.table3()
    assert table.idxmax().to_dict() == {"cifar10": "1/5", "cifar100": "1/6"}
    assert table.max().to_dict() == {"cifar10": 95.23, "cifar100": 78.24}
    assert table.loc["Bicubic", "cifar10"] < table.loc["Original", "cifar10"]


def test_table4_says_what_the_text_says_of_it():
    table = paper.table4()
    assert (table.idxmin() == "Bicubic").all()
    assert (table.drop("Bicubic").idxmin() == "WDSR").all()
    assert all(table.loc[list(paper.ALPHAS), column].is_monotonic_increasing for column in table)
    # CIFAR's training sets hold five times as many images as its test sets
    for name in ("cifar10", "cifar100"):
        ratio = table[f"{name}_train"] / table[f"{name}_test"]
        assert ratio.between(4.95, 5.05).all()


def test_callers_get_a_table_of_their_own():
    table = paper.table1()
    table.loc["WDSR", "psnr"] = 0
    assert paper.table1().loc["WDSR", "psnr"] == 34.54


@pytest.mark.parametrize(
    ("fraction", "sample"),
    [
        (paper.gaussian_fraction, np.random.default_rng(0).normal),
        (paper.laplacian_fraction, np.random.default_rng(0).laplace),
    ],
)
@pytest.mark.parametrize("alpha", ["0", "1/7", "1/3", 2])
def test_fractions_are_those_of_large_samples(fraction, sample, alpha):
    values = sample(3, 5, 200_000)
    outside = np.abs(values - values.mean()) > parse_alpha(alpha) * values.std()
    assert fraction(alpha) == pytest.approx(outside.mean(), abs=0.005)


def test_table1_lies_below_both_distributions():
    """Table I alone contradicts "approximately obeys the Gaussian distribution"."""
    for alpha in paper.ALPHAS:
        assert paper.table1().loc[alpha, "fraction"] < paper.laplacian_fraction(alpha) < paper.gaussian_fraction(alpha)


def test_shares_refuse_what_is_no_alpha():
    with pytest.raises(UserError, match="alpha"):
        paper.gaussian_fraction("-1")


@pytest.mark.parametrize("alpha", paper.ALPHAS)
def test_tail_exponent_knows_gaussian_and_laplacian(alpha):
    assert paper.tail_exponent(paper.gaussian_fraction(alpha), alpha) == pytest.approx(2, abs=1e-6)
    assert paper.tail_exponent(paper.laplacian_fraction(alpha), alpha) == pytest.approx(1, abs=1e-6)


def test_tail_exponent_of_a_sample():
    values = stats.gennorm(0.6).rvs(300_000, random_state=0)
    share = (np.abs(values) > 0.2 * values.std()).mean()
    assert paper.tail_exponent(share, 0.2) == pytest.approx(0.6, abs=0.02)


def test_table1_has_one_exponent_far_from_a_gaussian():
    exponents = [paper.tail_exponent(paper.table1().loc[alpha, "fraction"], alpha) for alpha in paper.ALPHAS]
    assert min(exponents) > 0.59
    assert max(exponents) < 0.64


def test_tail_exponent_refuses_a_share_that_none_has():
    with pytest.raises(ValueError, match="sign"):
        paper.tail_exponent(0.999, "1/3")
