from hfsr.report import byte_tables, png_sizes


def test_an_order_begins_with_the_smallest_files_and_says_whether_the_encoders_agree():
    orders = byte_tables.orders("bench")
    first = orders["default"].str.split(" < ").str[0]
    assert set(first[["cifar10", "cifar100"]]) == {"Bicubic"}
    sizes = png_sizes.totals("cifar10", "train")["mean"]
    assert len(orders.loc["cifar10", "default"].split(" < ")) == len(sizes)
    assert (orders["alike"] == "yes").tolist() == (orders["default"] == orders["strongest"]).tolist()


def test_the_sizes_of_labelled_sets_are_those_of_their_records():
    table, sizes = byte_tables.labelled("cifar10"), png_sizes.totals("cifar10", "train")["mean"]
    assert table.loc["WDSR", "MB"] == f"{sizes['wdsr-a0'] / 2**20:.2f}"
    assert table.loc["Bicubic", "over bicubic, default, %"] == ""
