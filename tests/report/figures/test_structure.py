import re
from pathlib import Path

import pytest

from hfsr import paths
from hfsr.report.figures import structure

ROOT = Path(__file__).parents[3]


@pytest.fixture
def package(tmp_path):
    """A package of three rooms, of which training imports the method."""
    files = {
        "__init__.py": "from hfsr.training import loop\n",
        "losses.py": "import torch\n",
        "training/__init__.py": "",
        "training/loop.py": '"""The loop."""\nfrom hfsr import losses\n\nfrom hfsr.losses import l1\n',
        "studies/__init__.py": "",
    }
    for name, text in files.items():
        path = tmp_path / "hfsr" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "hfsr"


def test_imports_are_counted_by_module_and_the_front_door_is_none(package):
    found = structure.read(package)
    assert found.imports == {("training", "method"): 1}
    assert found.lines == {"method": 2, "training": 4, "studies": 0}


@pytest.mark.parametrize(
    "line", ["import hfsr.training.loop", "from hfsr.training import loop", "from hfsr import training"]
)
def test_an_import_between_rooms_changes_the_drawing(package, line):
    before = structure.drawing(structure.read(package)).html
    (package / "studies" / "runs.py").write_text(f"def run():\n    {line}\n")
    after = structure.read(package)
    assert after.imports["studies", "training"] == 1
    assert structure.order(after) == ["studies", "training", "method"]
    drawn = structure.drawing(after).html
    assert drawn.count("<circle") == before.count("<circle") + 1
    assert "studies imports training;" in drawn
    assert "studies imports nothing" in before


def test_an_import_against_the_order_is_drawn_in_red(package):
    (package / "training" / "crops.py").write_text("import hfsr.losses\n")
    assert structure.WRONG not in structure.drawing(structure.read(package)).html
    (package / "losses.py").write_text("from hfsr.training import loop\n")
    drawn = structure.drawing(structure.read(package)).html
    assert drawn.count(f'stroke="{structure.WRONG}"') == 1


def test_the_drawing_is_legible_on_a_telephone():
    """There it is 342 pixels wide, and 9 points are 12 pixels."""
    drawn = structure.drawing(structure.read()).html
    width = float(re.search(r'viewBox="0 0 (\d+) ', drawn)[1])
    assert min(float(size) for size in re.findall(r'font-size="([\d.]+)"', drawn)) * min(1, 342 / width) >= 12


def test_every_import_of_the_library_goes_down_and_is_allowed():
    found = structure.read()
    assert structure.WRONG not in structure.drawing(found).html
    rules = structure.contract()
    assert set(rules.loc["method"].drop("method")) == {"no"}
    assert {pair for pair in found.imports if rules.loc[pair] != "yes"} == set()
    assert sum(found.lines.values()) == sum(len(path.read_text().splitlines()) for path in paths.PACKAGE.rglob("*.py"))


def test_the_contract_is_read_where_import_linter_reads_it(tmp_path):
    text = (ROOT / "pyproject.toml").read_text()
    changed = re.sub(r'(source_modules = \["hfsr.training"\]\nforbidden_modules = \[)"hfsr.analysis", ', r"\1", text)
    assert changed != text
    (tmp_path / "pyproject.toml").write_text(changed)
    assert structure.contract().loc["training", "analysis"] == "no"
    assert structure.contract(tmp_path).loc["training", "analysis"] == "yes"


def test_contributing_says_the_same():
    rows = re.findall(r"^\| (\w+): `hfsr/[^|]*\|[^|]*\| (.*) \|$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    said = {room: set(re.split("[,;] ", text)) for room, text in rows}
    assert said == {room: set(re.split("[,;] ", text)) for room, text in structure.rooms()["may import"].items()}
