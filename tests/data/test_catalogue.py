from hfsr.data import catalogue, cifar, describe, div2k, labelled, photographs


def test_every_set_that_can_be_loaded_by_name_is_listed():
    assert set(catalogue.SETS) == {*photographs.KNOWN, *labelled.NAMES}
    assert list(describe()["set"]) == list(catalogue.SETS)


def test_without_a_data_root_the_embedded_sets_are_there_and_the_rest_has_a_way(tmp_path, monkeypatch):
    monkeypatch.setenv("HFSR_DATA", str(tmp_path))
    table = describe().set_index("set")
    assert list(table.index[table["present"]]) == ["embedded", "embedded-held-out", "digits"]
    assert table.loc["div2k-valid", "where"] == "hfsr data fetch div2k"
    assert table.loc["cifar100", "where"] == "hfsr data fetch cifar100"
    assert table.loc["t91", "where"] == "hfsr data fetch t91"
    assert "HFSR_DATA" in table.loc["realsr-train", "where"]


def test_sets_are_found_below_the_roots(tmp_path, monkeypatch):
    monkeypatch.setenv("HFSR_DATA", f"{tmp_path / 'a'}:{tmp_path / 'b'}")
    for folder in ("a/set5", "b/set5", "b/realsr-gt", "a/cifar-100-binary", "a/DIV2K_valid_HR", "a/DIV2K_train_HR"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "one").touch()
    (tmp_path / "b/DIV2K_valid_LR_bicubic/X2/deep").mkdir(parents=True)
    table = describe().set_index("set")
    where = table["where"][table["present"]].to_dict()
    assert {name: where[name] for name in where if str(tmp_path) in where[name]} == {
        "set5": str(tmp_path / "a/set5"),
        "realsr-gt": str(tmp_path / "b/realsr-gt"),
        "realsr-train": str(tmp_path / "b/realsr-gt"),
        "realsr-held-out": str(tmp_path / "b/realsr-gt"),
        "div2k-valid": str(tmp_path / "a/DIV2K_valid_HR"),
        "cifar100": str(tmp_path / "a/cifar-100-binary"),
    }
    assert not table.loc["div2k-train", "present"]  # its halves are missing


def test_the_numbers_of_images_are_those_of_the_loaders():
    images = describe().set_index("set")["images"]
    for name in ("embedded", "embedded-held-out"):
        assert images[name] == len(photographs.load(name).names)
    digits = labelled.load("digits")
    assert images["digits"] == len(digits.train_labels) + len(digits.test_labels)
    for name, part in div2k.SETS.items():
        assert images[name] == len(div2k.NUMBERS[part])
    for name, layout in cifar.LAYOUTS.items():
        assert images[name] == sum(count for count, _ in (layout.train | layout.test).values())


def test_a_set_is_here_if_what_it_is_made_of_is():
    assert catalogue.is_here("embedded-halved")
    assert not catalogue.is_here("embedded+nowhere")
