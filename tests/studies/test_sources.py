import shutil

import pytest

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import sha256
from hfsr.studies import publish, sources, superres
from hfsr.studies.records import WEIGHTS
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun


def test_a_network_is_found_in_its_folder_or_else_where_it_is_published(tiny_study):
    run = SuperresRun(Row("wdsr"), tiny_study)
    with pytest.raises(UserError, match="wdsr-a0-tiny-s0: no finished run of that name below"):
        sources.of(run)
    folder = superres.train(run)
    for found in (sources.of(run), sources.named(run.name)):
        assert (found.run, found.weights, found.record) == (run, folder / WEIGHTS, "wdsr-a0-tiny")
        assert found.digest == sha256(folder / WEIGHTS)
    publish.publish_all("superres", "tiny")
    assert sources.of(run).weights == folder / WEIGHTS
    shutil.rmtree(folder)
    for found in (sources.of(run), sources.named(run.name), sources.named("wdsr-a0-tiny")):
        assert (found.run, found.record) == (run, "wdsr-a0-tiny")
        assert found.weights == paths.weights() / "wdsr-a0-tiny.safetensors"


def test_bicubic_has_no_weights_to_be_found(tiny_study):
    run = SuperresRun(Row("bicubic"), tiny_study)
    superres.train(run)
    found = sources.of(run)
    assert (found.run, found.weights, found.digest, found.record) == (run, None, None, "bicubic-tiny")
