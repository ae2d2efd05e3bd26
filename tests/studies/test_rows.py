import pytest

from hfsr.errors import UserError
from hfsr.studies.rows import BESIDE, CLAIMED, RESTORED, SRCNN, TABLE_1, TABLE_3, UPSCALERS, Cell, Row


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"method": "edsr"}, "method 'edsr' is not known: choose one of wdsr, srcnn, bicubic"),
        ({"alpha": -1}, "must be finite and at least 0"),
        ({"mask": "odd", "alpha": 1}, "mask 'odd' is not known: choose one of all, high, random, low"),
        ({"mask": "high"}, '"high" does not go with alpha = 0'),
        ({"mask": "weighted", "alpha": 1, "reduction": "image"}, '"weighted" weighs the crops of a batch'),
        ({"mask": "all", "alpha": 1}, '"all" does not go with alpha = 1'),
        ({"reduction": "sum"}, "reduction 'sum' is not known: choose batch or image"),
        ({"method": "bicubic", "alpha": "1/5"}, "bicubic has nothing to train, so it takes no alpha"),
        ({"method": "nlm", "alpha": "1/5"}, "nlm has nothing to train, so it takes no alpha"),
        ({"alpha": "1/5", "outside": 1.5}, r"outside is a weight in \[0, 1\], not 1.5"),
        ({"outside": 0.1}, '"all" leaves nothing out that could have a weight'),
        ({"alpha": "1/5", "mask": "weighted", "outside": 0.1}, '"weighted" leaves nothing out'),
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused_in_a_line(settings, message):
    with pytest.raises(UserError, match=message) as error:
        Row(**({"method": "wdsr"} | settings))
    assert "\n" not in str(error.value)


def test_a_row_is_the_same_however_its_alpha_is_written():
    rows = {Row("wdsr", "1/5"), Row("wdsr", 0.2), Row("wdsr", "0.2", mask="high"), Row("wdsr", 1 / 5, None, "batch")}
    (row,) = rows
    assert (row.alpha, row.mask, row.reduction, row.steps) == (0.2, "high", "batch", None)
    assert isinstance(Row("wdsr", 1).alpha, float)
    assert Row("wdsr") == Row("wdsr", 0, "all")
    assert Row("wdsr", "1/5", steps=3) != row


def test_names_and_labels_are_the_tables_own():
    assert [(row.name, row.label) for row in TABLE_1] == [
        ("bicubic", "Bicubic"),
        ("srcnn", "SRCNN"),
        ("wdsr-a0", "WDSR"),
        ("wdsr-a1-7", "1/7"),
        ("wdsr-a1-6", "1/6"),
        ("wdsr-a1-5", "1/5"),
        ("wdsr-a1-4", "1/4"),
        ("wdsr-a1-3", "1/3"),
    ]
    assert [(row.name, row.label) for row in BESIDE] == [
        ("wdsr-a1-5-image", "1/5, per image"),
        ("wdsr-a1-5-random", "1/5, random"),
        ("wdsr-a1-5-low", "1/5, complement"),
        ("wdsr-a1-5-uniform", "1/5, uniform"),
        ("wdsr-a1-5-weighted", "1/5, weighted"),
    ]
    assert TABLE_1[1] == SRCNN
    assert [(row.name, row.label) for row in RESTORED] == [
        ("input", "Not restored"),
        ("nlm", "Non-local means"),
        ("wdsr-a0", "WDSR"),
        ("wdsr-a1-5", "1/5"),
        ("wdsr-a1-5-random", "1/5, random"),
        ("wdsr-a1-5-uniform", "1/5, uniform"),
        ("wdsr-a1-5-low", "1/5, complement"),
        ("wdsr-a1-5-outside0.1", "1/5, 0.1 outside"),
    ]


def test_every_setting_shows_in_the_name():
    rows = [
        Row("wdsr", "1/5", mask, reduction) for mask in ("high", "random", "low") for reduction in ("batch", "image")
    ]
    rows += [Row("wdsr", "1/5", outside=0.1), Row("input"), Row("nlm")]
    rows += [Row("wdsr"), Row("wdsr", "1/4"), Row("wdsr", 0.21), Row("srcnn"), Row("srcnn", "1/5"), Row("bicubic")]
    assert len({row.name for row in rows}) == len(rows)


def test_controls_take_other_elements_than_eq_7():
    assert [row.is_control for row in BESIDE] == [False, True, True, True, True]  # the first differs in its mean only
    assert not any(row.is_control for row in TABLE_1)


def test_table_3_has_every_upscaler_on_both_sets():
    assert set(TABLE_3) == {Cell(dataset, method) for dataset in ("cifar10", "cifar100") for method in UPSCALERS}
    assert len(TABLE_3) == 18
    assert set(CLAIMED) <= set(UPSCALERS)
