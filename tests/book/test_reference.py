"""The reference: everything public has an entry, and a name in code leads to it."""

import importlib
import importlib.util
import pkgutil
import re

import pytest
from layout import ROOT, pages
from sphinx.application import Sphinx
from sphinx.util.inventory import InventoryFile

import hfsr

PAGE = """# About `hfsr.l1`

The loss is `hfsr.masked_l1` or `hfsr.losses.masked_l1`, also `masked_l1()`; see `hfsr.weightmap`.

Not names: `hfsr.load_model("x")`, `sr`, `images`, `hfsr`. [A link of `hfsr.l1`](api.rst)
"""


@pytest.fixture(scope="module")
def extension():
    spec = importlib.util.spec_from_file_location("hfsr_reference", ROOT / "book" / "extension" / "hfsr_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def built(folder, page):
    """Links of a page and of a reference of the method: (text, target); and what the build complained of."""
    (folder / "index.md").write_text(f"{page}\n```{{toctree}}\napi\n```\n")
    (folder / "api.rst").write_text((ROOT / "book" / "reference" / "hfsr.rst").read_text())
    extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "hfsr_reference"]
    settings = {
        "extensions": extensions,
        "default_role": "hfsr-code",
        "autodoc_inherit_docstrings": False,
        "autodoc_typehints": "none",
        "autosummary_generate": False,
        "numpydoc_show_class_members": False,
    }
    with pytest.MonkeyPatch.context() as patch, (folder / "warnings").open("w") as warnings:
        patch.syspath_prepend(str(ROOT / "book" / "extension"))
        app = Sphinx(folder, None, folder / "out", folder / "trees", "html", settings, status=None, warning=warnings)
        app.build()
    return (
        (folder / "out" / "index.html").read_text(),
        (folder / "out" / "api.html").read_text(),
        (folder / "warnings").read_text(),
    )


def targets(html):
    """Where each piece of linked code leads."""
    found = re.findall(r'<a class="reference internal" href="([^"]*)"[^>]*><code[^>]*>(.*?)</code></a>', html)
    return {(re.sub("<.*?>", "", text), target.partition("#")[2]) for target, text in found}


def test_names_in_code_lead_to_their_entries(tmp_path):
    prose, reference, warnings = built(tmp_path, PAGE)
    assert warnings == ""
    assert targets(prose) == {
        ("hfsr.masked_l1", "hfsr.losses.masked_l1"),
        ("hfsr.losses.masked_l1", "hfsr.losses.masked_l1"),
        ("masked_l1()", "hfsr.losses.masked_l1"),
        ("hfsr.weightmap", "module-hfsr.weightmap"),
    }
    in_docstrings = targets(reference)
    assert ("weight_map", "hfsr.weightmap.weight_map") in in_docstrings
    assert ("hfsr.selection_mask", "hfsr.weightmap.selection_mask") in in_docstrings
    assert ("UserError", "hfsr.errors.UserError") in in_docstrings  # imported there, defined elsewhere
    assert "alpha" not in {text for text, _ in in_docstrings}


def test_a_name_of_nothing_is_a_warning(tmp_path):
    *_, warnings = built(tmp_path, "# Page\n\nOnce there was `hfsr.weightmap.gone`.\n")
    assert "hfsr.weightmap.gone: there is nothing of this name" in warnings


def test_a_parameter_is_no_entry_of_the_same_name(extension):
    objects = {"hfsr.metrics.luma": None}
    assert extension.documented("luma", "hfsr.metrics", objects) == "hfsr.metrics.luma"
    assert extension.documented("luma", "hfsr.metrics", objects, {"luma"}) is None
    assert extension.documented("luma", None, objects) is None


def test_every_package_has_a_page():
    packages = {entry.name for entry in pkgutil.iter_modules(hfsr.__path__) if entry.ispkg}
    shown = {name.removeprefix("book/reference/") for name in pages() if name.startswith("book/reference/")}
    assert shown == packages | {"hfsr"}
    front = (ROOT / "book" / "reference.md").read_text()
    assert set(re.findall(r"<reference/(\w+)>", front)) == shown


def test_everything_public_has_an_entry_and_nothing_private(extension, book):
    with (book / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, name: name)
    entries = {name for kind, names in inventory.items() if kind.startswith("py:") for name in names}
    packages = ["hfsr", *(f"hfsr.{entry.name}" for entry in pkgutil.iter_modules(hfsr.__path__) if entry.ispkg)]
    names = [name for package in packages for name in extension.modules(package, ("cli",))]
    public = {f"{name}.{entry}" for name in names for _, entry in extension.members(importlib.import_module(name))}
    assert {"hfsr.losses.HighFrequencyL1", "hfsr.report.figures.structure.drawing"} <= public
    assert public | set(names) <= entries
    assert [name for name in entries if re.search(r"\._[a-z]", name)] == []


def test_the_reference_stays_light(book):
    sizes = [
        path.stat().st_size for folder in ("book/reference", "_modules") for path in (book / folder).rglob("*.html")
    ]
    assert sum(sizes) < 4_000_000
