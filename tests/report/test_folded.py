import re
from base64 import b64decode

import pandas as pd

from hfsr.report.folded import Folded

TABLE = pd.DataFrame({"PSNR": ["37.22", "37.25"]}, index=["WDSR", "1/5 <b>"])


def test_tables_are_shut_until_the_line_is_opened_and_nothing_in_them_is_markup():
    text = Folded("PSNR & SSIM", {"of every row": TABLE})._repr_html_()
    assert text.startswith('<details class="folded"><summary>PSNR &amp; SSIM</summary>')
    assert " open" not in text
    assert "1/5 &lt;b&gt;" in text
    assert text.count("<table") == 1


def test_every_table_can_be_had_as_csv_under_its_title():
    text = Folded("two", {"PSNR, dB (RGB)": TABLE, "SSIM": TABLE * 2})._repr_html_()
    links = re.findall(r'download="([^"]+)" href="data:text/csv;base64,([^"]+)"', text)
    assert [name for name, _ in links] == ["psnr-db-rgb.csv", "ssim.csv"]
    assert b64decode(links[0][1]).decode() == TABLE.to_csv()


def test_long_words_are_not_cut_short():
    words = "hfsr train --method wdsr --alpha 1/5 --recipe bench --seed 0 " * 3 + "--steps 2"
    assert words in Folded("commands", {"of each": pd.DataFrame({"command": [words]})})._repr_html_()


def test_a_table_of_long_lists_wraps_and_one_of_numbers_does_not():
    files = ", ".join(f"superres/wdsr-a1-5-bench-s{seed}.json" for seed in range(3))
    text = Folded("rows", {"numbers": TABLE, "files": pd.DataFrame({"records": [files]})})._repr_html_()
    assert re.findall(r'<table class="([^"]+)"', text) == ["dataframe", "dataframe long"]


def test_a_cell_may_be_empty():
    table = pd.DataFrame({"seed": [0, None], "name": ["a", None]})
    assert 'class="dataframe"' in Folded("rows", {"of all": table})._repr_html_()
