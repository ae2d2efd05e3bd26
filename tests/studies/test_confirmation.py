import pytest

from hfsr.analysis import blocks, detail, evaluation
from hfsr.data import photographs
from hfsr.studies import confirmation, frequency, grid, publish, published, recipes, recompute, superres, verify
from hfsr.studies.confirmation import Confirmation, ConfirmationRecord
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun


@pytest.fixture
def tiny(tiny_study, pictures, monkeypatch):
    """Confirmed on the small pictures, which have fewer frequencies to tell apart."""
    monkeypatch.setattr(detail, "RINGS", 8)
    monkeypatch.setattr(confirmation, "SETS", (pictures.name,))
    monkeypatch.setitem(recipes.STUDIES["confirmation"], "tiny", tiny_study)
    return tiny_study


def test_a_network_is_confirmed_by_all_that_is_measured_anywhere(tiny, pictures):
    run = SuperresRun(Row("wdsr", "1/5"), tiny, seed=1)
    superres.train(run)
    folder = frequency.measure(run.name, kind=Confirmation)
    asked = Confirmation(tiny, run)
    assert folder == asked.folder
    record = asked.record()
    assert isinstance(record, ConfirmationRecord)
    assert record.run == asked
    assert (asked.identity() | asked.inputs()).items() <= record.made_from().items()
    judged = photographs.load(pictures.name, grey=True)
    assert set(record.per_image[pictures.name]) == {
        *evaluation.evaluate("bicubic", judged),
        *detail.of_set("bicubic", judged)[0],
    }
    assert record.per_image[pictures.name]["psnr_rgb_border8"] == pytest.approx(
        run.record().per_image[pictures.name]["psnr_rgb_border8"], abs=1e-5
    )


def test_all_of_it_is_computed_again_and_an_edited_psnr_is_found(tiny, pictures):
    run = SuperresRun(Row("bicubic"), tiny)
    superres.train(run)
    publish.publish_all("superres", "tiny")
    publish.publish(frequency.measure(run.name, kind=Confirmation))
    (record,) = published.everything(ConfirmationRecord)
    again = recompute.again(record)
    assert {f"{pictures.name}/{metric}" for metric in record.per_image[pictures.name]} <= again.pairs.keys()
    assert verify.judge(again)[0] == "identical"
    values = record.per_image[pictures.name]["psnr_rgb_border8"]
    values[0] += 0.01
    assert verify.judge(recompute.again(record))[0] == "differs"


def test_the_ground_truth_is_measured_for_block_edges_too(tiny, pictures):
    folder = frequency.measure("truth-tiny", kind=Confirmation)
    record = Confirmation(tiny).record()
    assert folder == record.run.folder
    judged = photographs.load(pictures.name, grey=True)
    expected = blocks.of_set(judged)
    assert set(record.per_image[pictures.name]) == {*detail.of_set(detail.TRUTH, judged)[0], *expected}
    assert record.per_image[pictures.name]["selected_at_edges"] == pytest.approx(
        expected["selected_at_edges"], abs=1e-5
    )


def test_the_grid_is_the_truth_and_table_1_and_is_published(tiny):
    assert list(grid.runs("confirmation", "tiny")) == ["truth-tiny", *grid.runs("superres", "tiny")]
    frequency.measure(superres.train(SuperresRun(Row("bicubic"), tiny)).name, kind=Confirmation)
    publish.publish_all("superres", "tiny")
    publish.publish_all("confirmation", "tiny")
    (record,) = published.everything(ConfirmationRecord)
    assert record.command == "hfsr confirm bicubic-tiny"
    assert record.problems() == []
