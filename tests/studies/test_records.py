import json

import msgspec
import pytest

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.models import WDSR, store
from hfsr.studies import published, recipes, records, superres
from hfsr.studies.publish import KINDS
from hfsr.studies.records import RECORD
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRecord, SuperresRun

WHOLE = {
    "superres": "alpha mask seed recipe steps seconds weights_sha256",
    "classify": "alpha mask seed recipe steps seconds weights_sha256 enlarger_sha256 correct",
    "confirmation": "alpha mask seed recipe steps seconds network_sha256 of encoders curves",
    "frequency": "alpha mask seed recipe steps seconds network_sha256 of encoders curves",
    "recognition": "alpha mask seed recipe steps seconds network_sha256 of encoders judges judges_sha256",
    "restore": "alpha mask seed recipe steps seconds weights_sha256 degrade",
    "spectra": "recipe seconds images curves deviations",
    "upscaled": "sha256 enlarger_sha256 precision encoders thousands",
}
LATER = {"precision", "processes"}  # fields that records got after some were published
KNOWN = paths.results() / "superres" / "wdsr-a1-5.json"


def test_every_study_with_a_grid_has_its_kind_of_record():
    assert set(WHOLE) == set(KINDS) == {*recipes.STUDIES, "upscaled"}
    folders = {path.name for path in paths.results().iterdir() if path.is_dir()} - {"weights", "verified", "float32"}
    assert folders == set(KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_published_record_is_whole_and_fresh(kind):
    found = sorted((paths.results() / kind.folder).glob("*.json"))
    assert found
    for path in found:
        content = read_json(path)
        fields = f"study method data metrics device versions commit command {WHOLE[content['study']]}"
        assert set(fields.split()) <= content.keys(), path
        assert content["study"] == kind.folder
        assert records.read(path, kind).problems() == [], path


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_published_record_reads_back_into_the_run_that_left_it(kind):
    for record in published.everything(kind):
        run = record.run
        assert type(run).record_type is kind
        assert record.name == (record.model or run.name)
        assert record.model in (None, run.model)  # published without its weights, or with them
        assert record.command == run.command
        assert run.identity().items() <= record.made_from().items(), record.name
        if kind.folder == "upscaled":
            assert record.enlarger_sha256 == run.digest
        else:
            assert record.recipe_digest == run.digest


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_is_read_is_written_as_it_was(kind, tmp_path):
    for path in sorted((paths.results() / kind.folder).glob("*.json")):
        record, content = records.read(path, kind), read_json(path)
        records.write(tmp_path, record)
        written = read_json(tmp_path / RECORD)
        if content["model"] is None:
            del content["model"]
        assert written.keys() - content.keys() <= LATER, path
        assert {key: written[key] for key in content} == content, path
        assert records.read(tmp_path / RECORD, kind) == record


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content.pop("metrics"), "Object missing required field `metrics`"),
        (lambda content: content.update(seed="zero"), r"Expected `int | null`, got `str` - at `$.seed`"),
        (lambda content: content.update(alpha="1/5"), r"Expected `float | null`, got `str` - at `$.alpha`"),
        (lambda content: content["data"].update(images=0.5), r"Expected `int`, got `float` - at `$.data.images`"),
        (lambda content: content["data"].pop("digest"), r"Object missing required field `digest` - at `$.data`"),
        (
            lambda content: content["metrics"].update(some="x"),
            r"Expected `int | float`, got `str` - at `$.metrics[...]`",
        ),
    ],
    ids=["missing", "seed", "alpha", "images", "digest", "metric"],
)
def test_a_record_that_does_not_fit_is_refused_in_a_line_that_names_file_and_field(change, message, tmp_path):
    content = read_json(KNOWN)
    change(content)
    write_json(tmp_path / RECORD, content)
    with pytest.raises(UserError) as error:
        records.read(tmp_path / RECORD, SuperresRecord)
    assert (
        str(error.value)
        == f"{tmp_path / RECORD}: not a record of superres: {message}; delete it and run its command again"
    )


def test_a_file_that_holds_no_record_at_all_is_refused(tmp_path):
    (tmp_path / RECORD).write_text("[]")
    with pytest.raises(UserError, match=f"{tmp_path / RECORD}: not a record of superres: Expected `object`"):
        records.read(tmp_path / RECORD, SuperresRecord)
    (tmp_path / RECORD).write_text('{"study": ')
    with pytest.raises(UserError, match=f"{tmp_path / RECORD}: no JSON"):
        records.read(tmp_path / RECORD, SuperresRecord)
    (tmp_path / RECORD).unlink()
    with pytest.raises(UserError, match=f"{tmp_path}: no finished run lies here; run its command to the end first"):
        records.read(tmp_path / RECORD, SuperresRecord)


def test_a_record_of_another_study_is_named(tmp_path):
    write_json(tmp_path / RECORD, read_json(KNOWN) | {"study": "classify"})
    with pytest.raises(UserError, match="not a record of superres: its `study` is 'classify'"):
        records.read(tmp_path / RECORD, SuperresRecord)


def test_a_record_is_not_made_of_what_does_not_fit():
    """So no run leaves a record that its readers refuse."""
    known = vars(records.read(KNOWN, SuperresRecord))
    assert records.made(SuperresRecord, known, {"steps": 7}).steps == 7
    with pytest.raises(msgspec.ValidationError, match=r"Expected `int`, got `str` - at `\$.steps`"):
        records.made(SuperresRecord, known, {"steps": "seven"})
    with pytest.raises(msgspec.ValidationError, match="missing required field `metrics`"):
        records.made(SuperresRecord, {key: value for key, value in known.items() if key != "metrics"})


@pytest.mark.parametrize("part", ["record", "data"])
def test_a_field_that_is_not_known_is_a_mistake(part, tmp_path):
    """It may say what makes the run another one: `outside`, written otherwise or by a later version."""
    content = read_json(KNOWN)
    (content if part == "record" else content["data"])["outsid"] = 0.1
    write_json(tmp_path / RECORD, content)
    with pytest.raises(UserError, match="not a record of superres: Object has unknown field `outsid`"):
        records.read(tmp_path / RECORD, SuperresRecord)


def test_an_older_record_has_the_usual_values_of_later_fields(tmp_path):
    content = {key: value for key, value in read_json(KNOWN).items() if key not in LATER}
    write_json(tmp_path / RECORD, content)
    record = records.read(tmp_path / RECORD, SuperresRecord)
    assert (record.precision, record.processes) == (None, 1)


def test_what_a_kind_need_not_have_is_left_out(tiny_study):
    folder = superres.train(SuperresRun(Row("wdsr"), tiny_study))
    content = read_json(folder / RECORD)
    assert not {"name", "model"} & content.keys()
    assert content["data"].keys() == {"name", "images", "digest"}
    content = read_json(superres.train(SuperresRun(Row("bicubic"), tiny_study)) / RECORD)
    assert content["data"] == {"name": None, "images": 0, "digest": None}
    assert content["weights_sha256"] is None


def test_problems_are_those_of_recipe_photographs_and_weights(tmp_path, tiny_study, monkeypatch):
    run = SuperresRun(Row("wdsr"), tiny_study, data="embedded")
    superres.train(run)
    content = read_json(run.folder / RECORD)

    def problems(**changes):
        write_json(tmp_path / RECORD, content | changes)
        return records.read(tmp_path / RECORD, SuperresRecord).problems()

    assert problems() == []
    assert problems(recipe_digest="other") == ["recipe tiny has changed"]
    assert problems(recipe="gone") == ["recipe gone has changed"]
    assert problems(data=content["data"] | {"digest": "other"}) == ["the embedded photographs have changed"]
    elsewhere = {"name": "elsewhere", "images": 1, "digest": "other"}
    assert problems(data=elsewhere) == []  # what is not here is not held against it
    assert problems(model="wdsr-a0-tiny") == ["weights wdsr-a0-tiny have changed or are missing"]
    store.save(paths.weights() / "wdsr-a0-tiny.safetensors", WDSR(blocks=1))
    assert problems(model="wdsr-a0-tiny") == ["weights wdsr-a0-tiny have changed or are missing"]
    assert problems(model="wdsr-a0-tiny", recipe="gone") == [
        "recipe gone has changed",
        "weights wdsr-a0-tiny have changed or are missing",
    ]


def test_differences_are_compared_as_json():
    asked = {"augmentation": {"padding": 4}, "evaluation": ("set5", "set14"), "seed": None}
    made = json.loads(json.dumps(asked))
    assert records.differences(asked, made) == []
    assert records.differences(asked, made | {"more": 1}) == []
    assert records.differences(asked, {"seed": 0}) == [
        "augmentation = None, not {'padding': 4}",
        "evaluation = None, not ['set5', 'set14']",
        "seed = 0, not None",
    ]
