"""A run that changes the machine says so: its record names every device that trained it, in order."""

import pytest

from hfsr.files import read_json
from hfsr.studies import speeds, superres
from hfsr.studies.records import RECORD
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRecord, SuperresRun
from hfsr.training import hardware, loop


def test_a_record_names_the_devices_that_took_turns(tiny_study, monkeypatch):
    run = SuperresRun(Row("wdsr"), tiny_study)
    keep = loop._keep

    def stop(task, folder, progress):
        keep(task, folder, progress)
        raise KeyboardInterrupt

    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(hardware, "describe", lambda: "a card")
        elsewhere.setattr(loop, "_keep", stop)
        elsewhere.setattr(loop.time, "monotonic", iter(range(0, 10**6, 60)).__next__)  # every checkpoint is due
        with pytest.raises(KeyboardInterrupt):
            superres.train(run)
    folder = superres.train(run)
    assert read_json(folder / RECORD)["device"] == f"a card, then {hardware.describe()}"


def test_of_no_such_run_is_a_devices_speed_taken():
    devices = {record.device for record in speeds.published.stale_or_not(SuperresRecord).values()}
    assert any(hardware.THEN in device for device in devices)
    assert hardware.THEN not in speeds.speed("superres").device
