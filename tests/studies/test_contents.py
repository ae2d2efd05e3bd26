from hfsr.studies import contents


def test_means_are_named_by_set_and_metric():
    assert contents.means({"set5": {"psnr": [1.0, 2.0, 6.0], "bytes": [3]}, "b": {}}) == {
        "set5/psnr": 3.0,
        "set5/bytes": 3.0,
    }
