"""A published run once more from nothing: what was trained here beside what is published."""

from hfsr.studies import records
from hfsr.studies.records import RECORD, Record, TrainingRecord
from hfsr.studies.rerun import Again, pair
from hfsr.studies.run import that_left

BF16 = "bf16"  # the precision of records from before they named it


def again(record: Record) -> Again | None:
    """The numbers of a run and of one of the same name that is finished below ``runs/``; None where there is no other.

    The run that the record is from is no other: same commit, same seconds. One of another recipe, of other data or in another
    precision is not compared, and says so.

    Raises
    ------
    UserError
        If the finished run's record does not read.

    Examples
    --------
    >>> from hfsr.studies import published
    >>> from hfsr.studies.superres_run import SuperresRecord
    >>> again(published.stale_or_not(SuperresRecord)["bicubic-quick"]) is None  # nothing is trained for it
    True
    """
    if not isinstance(record, TrainingRecord) or not record.steps:
        return None
    file = that_left(record).folder / RECORD
    if not file.exists():
        return None
    made = records.read(file, type(record))
    if (made.commit, made.seconds) == (record.commit, record.seconds):
        return None
    if (made.recipe_digest, made.data) != (record.recipe_digest, record.data):
        return Again(missing=["the run here is of another recipe or other data"], trained=True)
    if (made.precision or BF16) != (record.precision or BF16):
        return Again(missing=[f"the run here was trained in {made.precision}, the published one was not"], trained=True)
    found = Again(trained=True, texts={"weights_sha256": (str(record.weights_sha256), str(made.weights_sha256))})
    pair(found, record.metrics, made.metrics)
    for name, measured in made.per_image.items():
        pair(found, record.per_image.get(name, {}), measured, name)
    found.texts |= {f"correct {name}": (digits, made.answers.get(name, "")) for name, digits in record.answers.items()}
    return found
