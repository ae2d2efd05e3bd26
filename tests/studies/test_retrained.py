import pytest

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.studies import classify, published, recipes, retrained, superres, upscaler, verify
from hfsr.studies.classification import Classification
from hfsr.studies.publish import publish
from hfsr.studies.records import RECORD
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRecord, SuperresRun


@pytest.fixture
def run(tiny_study):
    """A published network whose run lies here still."""
    run = SuperresRun(Row("wdsr", "1/5"), tiny_study)
    publish(superres.train(run), run.model)
    publish(superres.train(SuperresRun(Row("bicubic"), tiny_study)))
    return run


def train_again(run, **changes):
    """The same run by another commit, with a record that says something else."""
    content = read_json(run.folder / RECORD) | {"commit": "0" * 40}
    for name, value in changes.items():
        content[name] = value
    write_json(run.folder / RECORD, content)


def test_the_published_run_itself_is_no_proof(run):
    assert retrained.again(published.read(SuperresRecord, run.model)) is None
    with pytest.raises(UserError, match="no published run was trained again here: train one first"):
        list(verify.verify(retrained=True))


def test_the_same_training_is_identical(run):
    train_again(run)
    (check,) = verify.verify(retrained=True)
    assert (check.record, check.recomputed, check.trained) == (f"superres/{run.model}", "identical", True)
    assert check.numbers == 3 * 6 + 1  # six metrics of three pictures, and a fraction


def test_other_weights_are_not_identical_even_where_every_number_is(run):
    train_again(run, weights_sha256="0" * 64)
    (check,) = verify.verify(retrained=True)
    assert (check.recomputed, check.largest) == ("within tolerance", {})
    assert check.notes[0].startswith("weights_sha256 is ")


def test_numbers_that_lie_too_far_differ(run):
    pictures = read_json(run.folder / RECORD)["per_image"]
    (name,) = pictures
    pictures[name]["psnr_y_border2"][1] += 0.06
    train_again(run, per_image=pictures)
    (check,) = verify.verify(retrained=True)
    assert check.differs
    assert any(note.startswith(f"{name}/psnr_y_border2, number 2, is ") for note in check.notes)


def test_only_the_runs_that_are_named_are_compared(run):
    train_again(run)
    assert len(list(verify.verify([run.model], retrained=True))) == 1
    with pytest.raises(UserError, match="no published run was trained again"):
        list(verify.verify(["bicubic-tiny"], retrained=True))


def test_a_run_that_is_not_here_is_left_out(run):
    (run.folder / RECORD).unlink()
    assert retrained.again(published.read(SuperresRecord, run.model)) is None


@pytest.mark.parametrize("changes", [{"recipe_digest": "0" * 16}, {"precision": "float64"}])
def test_another_recipe_or_precision_is_not_compared_and_says_so(run, changes):
    train_again(run, **changes)
    (check,) = verify.verify(retrained=True)
    assert check.recomputed == "cannot be checked here"
    assert "not checked: the run here " in check.notes[0]


def test_a_training_on_other_pictures_is_not_compared(run):
    train_again(run, data=read_json(run.folder / RECORD)["data"] | {"digest": "0" * 64})
    (check,) = verify.verify(retrained=True)
    assert check.recomputed == "cannot be checked here"


def test_a_record_older_than_the_field_is_of_bf16(run):
    published_record = paths.results() / "superres" / f"{run.model}.json"
    content = read_json(published_record)
    write_json(published_record, {name: content[name] for name in content if name != "precision"})
    train_again(run, precision="bf16")
    (check,) = verify.verify(retrained=True)
    assert check.recomputed == "identical"


@pytest.mark.usefixtures("tiny_study")
def test_a_classifiers_answers_are_compared():
    classifier = Classification("digits", upscaler.called("original"), recipes.classify("quick"), steps=4)
    publish(classify.train(classifier))
    train_again(classifier)
    (check,) = verify.verify(retrained=True)
    assert check.recomputed == "identical"
    answers = read_json(classifier.folder / RECORD)["correct"]["digits"]
    train_again(classifier, correct={"digits": answers[::-1]})
    (check,) = verify.verify(retrained=True)
    assert check.notes[0].startswith("correct digits is ")
