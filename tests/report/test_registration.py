import itertools
import json
from collections import defaultdict

import pytest

from hfsr import paths
from hfsr.errors import UserError
from hfsr.report import accuracies, paper, registration
from hfsr.report.registration import contrasts
from hfsr.studies import published, recipes, recognition
from hfsr.studies.superres_run import SuperresRecord

READ = registration.read()
ROWS = {"Bicubic": "bicubic", "SRCNN": "srcnn", "WDSR": "wdsr-a0"} | {
    alpha: f"wdsr-a{alpha.replace('/', '-')}" for alpha in paper.ALPHAS
}
NAMES = {row: name for name, row in ROWS.items()}


def test_every_claim_says_where_how_and_by_what_or_why_not():
    assert len({claim.id for claim in READ.claims}) == len(READ.claims)
    for claim in READ.claims:
        assert claim.place
        assert claim.words
        assert claim.claim.endswith(".")
        assert bool(claim.contrasts) != bool(claim.untested), claim.id


def test_every_contrast_is_of_rows_that_there_are():
    for each in contrasts(READ):
        known = recipes.STUDIES[each.study][each.recipe]
        if each.study == "classify":
            cells = {accuracies.label(cell.method): cell for cell in known.cells if cell.dataset == each.on}
            assert {each.row, each.baseline} <= cells.keys()
            if each.stage == "confirmatory":
                assert all(len(cells[row].seeds or known.seeds) >= each.seeds for row in (each.row, each.baseline))
        elif each.study == "recognition":
            rows = {row.name: row for row in known.rows}
            assert each.row in rows
            assert each.baseline in {*rows, *recognition.PLAIN}
            assert len(rows[each.row].seeds or known.seeds) >= each.seeds
        else:
            rows = {row.name: row for row in known.rows}
            if each.recipe == "long":
                assert {each.row, each.baseline} <= rows.keys()
            assert each.row in rows
            assert each.baseline in rows or each.direction == "close"
            if each.direction != "close":  # as many as are registered will be there
                assert len(rows[each.row].seeds or known.seeds) >= each.seeds
        assert each.baseline != "paper" or each.paper is not None
        assert each.margin > 0
        assert each.reason
        assert each.seeds > 0


def test_what_had_been_seen_is_exploratory():
    for each in contrasts(READ):
        unseen = {
            # 1/5 of bench had been read on Kodak24 when a tenth of the weight was registered.
            "confirmation": each.on == "kodak24" and (each.recipe != "bench" or "outside" not in each.row),
            "restore": True,
            "recognition": each.on == "cifar100",
            "classify": each.recipe.startswith("compact")
            or bool({each.row, each.baseline} & {"Nearest", "1/5, random"}),
        }
        assert (each.stage == "confirmatory") == unseen.get(each.study, False), each


def test_no_difference_between_rows_holds_one_between_precisions():
    precisions = defaultdict(set)
    for each in published.everything(SuperresRecord):
        if each.weights_sha256:  # bicubic has none
            precisions[each.recipe, each.seed].add(each.precision or "bf16")  # records without the field were in bf16
    assert all(len(each) == 1 for each in precisions.values()), precisions
    assert all(each == {"bf16"} for (recipe, _), each in precisions.items() if recipe == "bench")


def test_the_papers_numbers_are_the_papers():
    one, three, four = paper.table1(), paper.table3(), paper.table4()["div2k_valid"]
    checked = 0
    for each in contrasts(READ):
        if each.paper is None:
            continue
        row, baseline = NAMES.get(each.row.removesuffix("-image"), each.row), NAMES.get(each.baseline, each.baseline)
        if each.metric == "selected_fraction":
            expected = one.loc[row, "fraction"]
        elif each.study in ("classify", "recognition"):
            expected = three.loc[row, each.on] - three.loc[baseline, each.on]
        elif each.metric == "png_bytes":
            expected = 100 * (four[row] / four[baseline] - 1)
        else:
            kind = each.metric[:4]
            expected = one.loc[row, kind] - one.loc[baseline, kind]
        assert each.paper == pytest.approx(expected, abs=0.006 if each.relative else 1e-9), each
        checked += 1
    assert checked > 30


def test_the_confidence_is_bonferronis():
    for family in READ.families:
        claims = [claim for claim in READ.claims if any(each.family == family for each in claim.contrasts)]
        assert READ.confidence(family) == pytest.approx(1 - 0.05 / len(claims))


def test_a_claims_contrasts_are_of_all_stages_alike():
    """What is explored is what is confirmed: the same rows, direction and margin."""
    for claim in READ.claims:
        explored, confirmed = (
            {(c.row, c.baseline, c.metric, c.direction, c.margin) for c in claim.contrasts if c.stage == stage}
            for stage in ("exploratory", "confirmatory")
        )
        beside = not explored or claim.contrasts[0].study in (
            "classify",
            "recognition",
        )  # two sets, each with a paper's effect
        assert confirmed <= explored or beside, claim.id


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content.pop("rule"), "missing required field `rule`"),
        (lambda content: content["claims"][0]["contrasts"][0].update(margin="0.1"), "Expected `float`"),
        (lambda content: content["claims"][0]["contrasts"][0].update(direction="up"), "Invalid enum value 'up'"),
        (lambda content: content["claims"][0]["contrasts"][0].update(family="other"), "family other is not among"),
    ],
)
def test_a_registration_that_does_not_fit_is_one_line(change, message, monkeypatch, tmp_path):
    content = json.loads((paths.results() / "registration.json").read_text())
    change(content)
    (tmp_path / "registration.json").write_text(json.dumps(content))
    monkeypatch.setattr(paths, "results", lambda: tmp_path)
    with pytest.raises(UserError, match=message) as caught:
        registration.read()
    assert "registration.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_checkout_without_one_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "results", lambda: tmp_path)
    with pytest.raises(UserError, match=r"registration.json: no such file"):
        registration.read()


def test_all_contrasts_are_listed():
    assert list(contrasts(READ)) == list(itertools.chain.from_iterable(claim.contrasts for claim in READ.claims))
