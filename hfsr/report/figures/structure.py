"""How the code is built: its rooms, what each imports of the others, and the contract that says what may."""

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from html import escape
from pathlib import Path

import pandas as pd

from hfsr import paths
from hfsr.report.widgets import Widget

INSIDE = ("images", "kernels")  # folders that are a part of the method
METHOD = "method"  # the modules that lie in no folder: they are the method itself, and what everything needs
DOOR = "cli"  # the command line
BOX, STEP, DOWN = (88, 40), 28, 54  # a room's width and height; how far the next lies to the right and below
WRONG = "#c0392b"


@dataclass(frozen=True)
class Structure:
    """What the imports say.

    Parameters
    ----------
    lines : dict of str to int
        Lines of each room, comments and blank lines among them.
    modules : dict of str to int
        Files of each room.
    imports : dict of (str, str) to int
        How many modules of the first room import something of the second.

    Examples
    --------
    >>> Structure({"a": 10, "b": 5}, {"a": 1, "b": 1}, {("b", "a"): 1}).imports["b", "a"]  # a module of b uses a
    1
    """

    lines: Mapping[str, int]
    modules: Mapping[str, int]
    imports: Mapping[tuple[str, str], int]


def read(package: Path | None = None) -> Structure:
    """Read the imports of every module of a package; nothing is executed.

    Parameters
    ----------
    package : path, optional
        The package's folder; by default that of hfsr.

    Returns
    -------
    Structure
        A room is a folder below the package, or the modules that lie in no folder (``method``). The
        package's own ``__init__`` only hands out names of others: its lines count, its imports do not.

    Examples
    --------
    >>> ("training", "method") in read().imports, ("method", "training") in read().imports
    (True, False)
    """
    package = package or paths.PACKAGE
    files = sorted(package.rglob("*.py"))
    lines: Counter[str] = Counter()
    modules: Counter[str] = Counter()
    imports: Counter[tuple[str, str]] = Counter()
    for file in files:
        text = file.read_text(encoding="utf-8")
        own = _room(package, file.relative_to(package).with_suffix("").parts[0])
        lines[own] += len(text.splitlines())
        modules[own] += 1
        if file != package / "__init__.py":
            imports.update({(own, other) for other in _imported(package, text) if other != own})
    return Structure(dict(lines), dict(modules), dict(imports))


def order(structure: Structure) -> list[str]:
    """The rooms so that each stands above those it imports; where rooms import each other, the larger stands lower.

    Examples
    --------
    >>> order(Structure({"a": 1, "b": 1}, {"a": 1, "b": 1}, {("b", "a"): 1}))
    ['b', 'a']
    """
    uses: dict[str, set[str]] = {room: set() for room in structure.lines}
    for (room, other), count in sorted(structure.imports.items()):
        # Of two that import each other the weaker direction is the mistake: it shows as an arrow that goes up.
        back = structure.imports.get((other, room), 0)
        if count > back or (count == back and room < other):
            uses[room].add(other)
    sorter = TopologicalSorter(uses)
    sorter.prepare()
    names: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda room: (room == DOOR, structure.lines[room]))
        names += ready
        sorter.done(*ready)
    return names[::-1]


def drawing(structure: Structure) -> Widget:
    """The rooms as a staircase, in SVG: lines lead from a room to those it imports, with the number of modules that do.

    Parameters
    ----------
    structure : Structure
        From `read`.

    Returns
    -------
    Widget
        In the colours of the text around it, so in those of the light and the dark theme. What is imported against the order
        is drawn in red.

    Examples
    --------
    >>> drawing(read()).html.count("<rect") == len(order(read()))
    True
    """
    names = order(structure)
    place = {room: (4 + STEP * index, 4 + DOWN * index) for index, room in enumerate(names)}
    last = len(names) - 1
    width, height = STEP * last + BOX[0] + 14, DOWN * last + BOX[1] + 8
    boxes = "".join(_box(room, structure, *place[room]) for room in names)
    lines = "".join(
        _line(place[room], place[other], count, names.index(room) < names.index(other))
        for (room, other), count in sorted(structure.imports.items())
    )
    said = "; ".join(f"{room} imports {', '.join(_used(structure, room, names)) or 'nothing'}" for room in names)
    return Widget(
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(f"The rooms of the code: {said}.")}" '
        'style="display:block;width:100%;max-width:40rem;height:auto;margin:auto" font-family="sans-serif" '
        f'fill="none" stroke="currentColor">{lines}{boxes}</svg>'
    )


def contract(project: Path | None = None) -> pd.DataFrame:
    """What may import what, as import-linter is told in pyproject.toml: a row and a column a room.

    Parameters
    ----------
    project : path, optional
        Folder of ``pyproject.toml``; by default the checkout.

    Returns
    -------
    DataFrame
        Of words: "yes", "no", or "through others", where what a room imports may need it and the room itself may not.

    Examples
    --------
    >>> contract().loc["training", "studies"]
    'no'
    """
    text = ((project or paths.project()) / "pyproject.toml").read_text(encoding="utf-8")
    rules: dict[tuple[str, str], str] = {}
    for rule in tomllib.loads(text)["tool"]["importlinter"]["contracts"]:
        sources, forbidden = (
            [_room(paths.PACKAGE, name.split(".")[1]) for name in rule[key]]
            for key in ("source_modules", "forbidden_modules")
        )
        word = "through others" if rule.get("allow_indirect_imports") else "no"
        rules |= {(room, other): word for room in sources for other in forbidden}
    names = order(read())[::-1]
    reached = {other for (_, other) in rules if any((room, other) not in rules for room in names if room != other)}
    rules = {pair: word if pair[1] in reached else "no" for pair, word in rules.items()}
    return pd.DataFrame([[rules.get((room, other), "yes") for other in names] for room in names], names, names)


def rooms(project: Path | None = None) -> pd.DataFrame:
    """The rooms, from the method outwards, with their size and what they may import.

    Parameters
    ----------
    project : path, optional
        As for `contract`.

    Returns
    -------
    DataFrame
        A row a room; columns ``files``, ``lines`` and ``may import`` (words).

    Examples
    --------
    >>> rooms().loc["training", "may import"]
    'method, classifiers, data, models, formats'
    """
    rules, sizes = contract(project), read()
    may = {}
    for room, row in rules.iterrows():
        words = {str(other): word for other, word in row.items() if other != room}
        named = [other for other, word in words.items() if word == "yes"]
        through = [f"; {other} only through others" for other, word in words.items() if word == "through others"]
        may[room] = "all" if len(named) == len(words) else ", ".join(named or ["nothing"]) + "".join(through)
    return pd.DataFrame({"files": sizes.modules, "lines": sizes.lines, "may import": may}).loc[rules.index]


def _room(package: Path, name: str) -> str:
    """Room of a top-level module or folder: the folders by their names, and the method."""
    return name if (package / name).is_dir() and name not in INSIDE else METHOD


def _imported(package: Path, text: str) -> Iterator[str]:
    """Rooms that a module's imports lead to, wherever in the module they stand."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for parts in (name.split(".") for name in names):
            if parts[0] == package.name:
                yield _room(package, parts[1]) if len(parts) > 1 else METHOD


def _used(structure: Structure, room: str, names: list[str]) -> list[str]:
    return [other for other in names if (room, other) in structure.imports]


def _box(room: str, structure: Structure, left: int, top: int) -> str:
    middle = left + BOX[0] / 2
    return (
        f'<rect x="{left}" y="{top}" width="{BOX[0]}" height="{BOX[1]}" rx="5" stroke-width="1.2"/>'
        f'<g fill="currentColor" stroke="none" text-anchor="middle"><text x="{middle}" y="{top + 16}" font-size="13" '
        f'font-weight="bold">{escape(room)}</text><text x="{middle}" y="{top + 33}" font-size="13">'
        f"{structure.lines[room]:,} lines</text></g>"
    )


def _line(start: tuple[int, int], end: tuple[int, int], count: int, down: bool) -> str:
    """Out of a room's side and into another's top (or, against the order, out of its left side and into the other's bottom)."""
    if down:
        y, x, tip = start[1] + BOX[1] // 2, end[0] + BOX[0] - STEP // 2, end[1]
        path, head = f"M{start[0] + BOX[0]} {y}H{x}V{tip}", f"M{x - 3} {tip - 6}L{x} {tip}L{x + 3} {tip - 6}"
    else:
        y, x, tip = start[1] + BOX[1] // 2, end[0] + STEP // 2, end[1] + BOX[1]
        path, head = f"M{start[0]} {y}H{x}V{tip}", f"M{x - 3} {tip + 6}L{x} {tip}L{x + 3} {tip + 6}"
    colour = "" if down else f' stroke="{WRONG}" class="against"'
    return (
        f'<g{colour} stroke-width="1"><path d="{path}" opacity="0.55"/><path d="{head}"/>'
        f'<circle cx="{x}" cy="{y}" r="2" fill="currentColor" stroke="none"/>'
        f'<text x="{x + 4}" y="{y - 3}" font-size="13" fill="currentColor" stroke="none">{count}</text></g>'
    )
