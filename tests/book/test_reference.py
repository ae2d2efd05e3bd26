"""The reference: everything public has an entry, and a name in code leads to it."""

import doctest
import importlib
import pkgutil
import re

import pytest
import yaml
from layout import ROOT, SOURCE, load, pages
from sphinx.application import Sphinx
from sphinx.util.inventory import InventoryFile

import hfsr

PAGE = """# About `hfsr.l1`

The loss is `hfsr.masked_l1` or `hfsr.losses.masked_l1`, also `masked_l1()` and `masked_l1(sr, hr, mask)`; see `hfsr.weightmap`.

Once there was `hfsr.weightmap.gone`.

Not names: `hfsr.load_model("x")`, `sr`, `images`, `hfsr`. [A link of `hfsr.l1`](api.rst)
"""


@pytest.fixture(scope="module")
def extension():
    return load("hfsr_reference")


@pytest.fixture(scope="module")
def public(extension):
    """Each public module, and the full names of its functions and classes: what the reference has an entry for."""
    packages = {entry.name for entry in pkgutil.iter_modules(hfsr.__path__) if entry.ispkg} - {"cli"}
    names = [
        name for package in ["hfsr", *(f"hfsr.{each}" for each in packages)] for name in extension.modules(package)
    ]
    loaded = {name: importlib.import_module(name) for name in names}
    return {module: {f"{name}.{entry}" for _, entry in extension.members(module)} for name, module in loaded.items()}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A page and a reference of the method as HTML, and what the build complained of."""
    folder = tmp_path_factory.mktemp("book")
    (folder / "index.md").write_text(f"{PAGE}\n```{{toctree}}\n:hidden:\napi\n```\n")
    (folder / "api.rst").write_text((ROOT / "book" / "reference" / "hfsr.rst").read_text())
    book = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]
    settings = {key: value for key, value in book.items() if key.startswith(("auto", "default_role", "numpydoc"))}
    settings["extensions"] = [
        "myst_parser",
        *(name for name in book["extensions"] if name.startswith(("sphinx.ext.auto", "numpydoc", "hfsr_reference"))),
    ]
    with pytest.MonkeyPatch.context() as patch, (folder / "warnings").open("w") as warnings:
        patch.syspath_prepend(str(ROOT / "book" / "extension"))
        Sphinx(folder, None, folder / "out", folder / "trees", "html", settings, status=None, warning=warnings).build()
    pages = (
        (folder / "out" / name).read_text().partition('class="sphinxsidebar"')[0] for name in ("index.html", "api.html")
    )
    return *pages, (folder / "warnings").read_text()


def targets(html):
    """Where each piece of linked code leads."""
    found = re.findall(r'<a class="reference internal" href="([^"]*)"[^>]*><code[^>]*>(.*?)</code></a>', html)
    return {(re.sub("<.*?>", "", text), target.partition("#")[2]) for target, text in found}


def test_names_in_code_lead_to_their_entries(built):
    prose, reference, _ = built
    assert targets(prose) == {
        ("hfsr.masked_l1", "hfsr.losses.masked_l1"),
        ("hfsr.losses.masked_l1", "hfsr.losses.masked_l1"),
        ("masked_l1()", "hfsr.losses.masked_l1"),
        ("masked_l1(sr, hr, mask)", "hfsr.losses.masked_l1"),
        ("hfsr.weightmap", "module-hfsr.weightmap"),
    }
    in_docstrings = targets(reference)
    assert ("weight_map", "hfsr.weightmap.weight_map") in in_docstrings
    assert ("hfsr.selection_mask", "hfsr.weightmap.selection_mask") in in_docstrings
    assert ("UserError", "hfsr.errors.UserError") in in_docstrings  # imported there, defined elsewhere
    assert "alpha" not in {text for text, _ in in_docstrings}


def test_a_name_of_nothing_is_a_warning_and_nothing_else_is(built):
    gone = "hfsr.weightmap.gone: there is nothing of this name"
    lines = [line for line in built[2].splitlines() if line.strip()]
    assert len(lines) == 1, lines
    assert gone in lines[0]


def test_a_parameter_is_no_entry_of_the_same_name(extension):
    objects = {"hfsr.metrics.luma": None}
    assert extension.documented("luma", "hfsr.metrics", objects) == "hfsr.metrics.luma"
    assert extension.documented("luma", "hfsr.metrics", objects, {"luma"}) is None
    assert extension.documented("luma", None, objects) is None


def test_a_field_leads_to_its_class(extension):
    objects = {"hfsr.data.photographs.Photographs": None}
    assert extension.documented("hfsr.data.photographs.Photographs.digest", None, objects) == next(iter(objects))
    assert extension.found("hfsr.data.photographs.Photographs.gone") is None


def test_every_package_has_a_page():
    packages = {entry.name for entry in pkgutil.iter_modules(hfsr.__path__) if entry.ispkg} - {"cli"}
    shown = {name.removeprefix("book/reference/") for name in pages() if name.startswith("book/reference/")}
    assert shown == packages | {"hfsr"}
    front = (ROOT / "book" / "reference.md").read_text()
    assert set(re.findall(r"<reference/(\w+)>", front)) == shown


def test_everything_public_has_an_entry_and_nothing_private(public, book):
    with (book / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, name: name)
    entries = {name for kind, names in inventory.items() if kind.startswith("py:") for name in names}
    names = set().union(*public.values())
    assert {"hfsr.losses.HighFrequencyL1", "hfsr.report.figures.structure.drawing"} <= names
    assert names | {module.__name__ for module in public} <= entries
    assert [name for name in entries if re.search(r"\._[a-z]", name)] == []


def test_the_reference_stays_light(book):
    sizes = [
        path.stat().st_size for folder in ("book/reference", "_modules") for path in (book / folder).rglob("*.html")
    ]
    assert sum(sizes) < 4_500_000  # of 150 modules, each of whose entries has an example


def test_a_page_of_source_code_has_what_a_reader_uses(book, page):
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto((book / f"{SOURCE}.html").as_uri())
    assert page.locator("pre + .copybtn").count() == 1
    themes = set()
    for _ in range(3):
        page.locator(".theme-switch-button").click()
        themes.add(page.evaluate("document.documentElement.dataset.theme"))
    assert themes == {"light", "dark"}
    page.get_by_role("link", name="All modules").click()
    page.get_by_role("link", name="hfsr.losses").click()
    page.locator("#masked_l1 .viewcode-back").click()
    assert page.url.endswith("hfsr.html#hfsr.losses.masked_l1")
    page.locator("[id='hfsr.losses.masked_l1'] .viewcode-link").click()
    page.wait_for_url("**/losses.html#masked_l1")
    assert complaints == []
    page.keyboard.press("Control+k")
    page.locator("#pst-search-dialog input").wait_for()
    page.keyboard.press("Escape")
    page.locator(".search-button").click()
    page.locator("#pst-search-dialog input").fill("selection")
    page.keyboard.press("Enter")
    page.locator("#search-results li").first.wait_for()
    page.go_back()
    page.locator(".navbar-brand").click()
    page.wait_for_url("**/book/intro.html")


def test_every_entry_has_an_example_that_the_tests_run(public):
    finder = doctest.DocTestFinder()  # pytest's own looks in the same places
    found = {test.name for module in public for test in finder.find(module) if test.examples}
    assert sorted(set().union(*public.values()) - found) == []
