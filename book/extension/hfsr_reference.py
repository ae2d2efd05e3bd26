"""The API reference: entries for all that is public, found by looking, and links to them wherever a page names one in code."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path, PurePath
from types import ModuleType
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from jinja2 import FileSystemBytecodeCache
from jinja2.sandbox import SandboxedEnvironment
from numpydoc import docscrape_sphinx
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.nodes import make_refnode, nested_parse_with_titles

PACKAGE = "hfsr"
FULL = re.compile(rf"{PACKAGE}(\.[A-Za-z_]\w*)+")
CALL = re.compile(r"\(.*\)$", re.DOTALL)  # what a function is given, where a page names it with that
LOGGER = logging.getLogger(__name__)
FOR_SOURCE = (  # what a page of source code loads besides the theme's own
    "pygments.css",
    "sphinx-book-theme.css",
    "copybutton.css",
    "book.css",
    "documentation_options.js",
    "clipboard.min.js",
    "copybutton.js",
)


def modules(package: str) -> list[str]:
    """Full names of a package and its public modules; of `hfsr` itself the modules only, as its packages have own pages."""
    found = importlib.import_module(package)
    if package == PACKAGE:
        names = [entry.name for entry in pkgutil.iter_modules(found.__path__) if not entry.ispkg]
        return [f"{package}.{name}" for name in names if not name.startswith("_")]
    inner = [entry.name for entry in pkgutil.walk_packages(found.__path__, f"{package}.")]
    return [package, *(name for name in inner if not any(part.startswith("_") for part in name.split(".")))]


def members(module: ModuleType) -> list[tuple[str, str]]:
    """Public functions and classes that are defined in a module, in the order of its text: (directive, name)."""
    return [
        ("autoclass" if inspect.isclass(value) else "autofunction", name)
        for name, value in vars(module).items()
        if not name.startswith("_") and callable(value) and getattr(value, "__module__", None) == module.__name__
        if getattr(value, "__qualname__", None) == name
    ]


class Modules(SphinxDirective):
    """`hfsr-modules`: a section for each module of a package, with its docstring, a list of what it holds, and the entries."""

    required_arguments = 1
    option_spec = {"first": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        names = modules(self.arguments[0])
        first = [f"{self.arguments[0]}.{name}" for name in self.options.get("first", "").split()]
        names.sort(key=lambda name: first.index(name) if name in first else len(first))  # the others stay as they were
        text = "\n".join(self.section(name, page=name == self.arguments[0]) for name in names)
        parent = nodes.section()
        parent.document = self.state.document
        nested_parse_with_titles(self.state, StringList(text.splitlines(), self.get_source_info()[0]), parent)
        return parent.children

    @staticmethod
    def section(name: str, page: bool) -> str:
        """A module in reStructuredText; the package's own docstring stands under the page's title."""
        entries = members(importlib.import_module(name))
        head = "" if page else f"{name}\n{'-' * len(name)}\n\n"
        lists = "".join(f"   {entry}\n" for _, entry in entries)
        table = f".. autosummary::\n   :nosignatures:\n\n{lists}\n" if len(entries) > 1 else ""
        bodies = "".join(
            f".. {directive}:: {name}.{entry}\n" + ("   :members:\n" if directive == "autoclass" else "") + "\n"
            for directive, entry in entries
        )
        return f"{head}.. automodule:: {name}\n\n{table}{bodies}"


class Code(SphinxRole):
    """The default role of docstrings: code, which `LinkNames` looks up from the module that it stands in."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        place = self.env.ref_context.get("py:module")
        return [nodes.literal(self.rawtext, self.text, place=place)], []


class LinkNames(SphinxPostTransform):
    """Turn inline code that is the name of a documented object, or a call of it, into a link to its entry.

    A full name of something that is not there (any more) is a warning, which stops a strict build.
    """

    default_priority = 20  # after references have become links

    def run(self, **kwargs: Any) -> None:
        objects = self.env.get_domain("py").objects
        for literal in list(self.document.findall(nodes.literal)):
            if not linkable(literal):
                continue
            name = documented(CALL.sub("", literal.astext()), literal.get("place"), objects, parameters(literal))
            if name is None and FULL.fullmatch(literal.astext()) and found(literal.astext()) is None:
                LOGGER.warning("%s: there is nothing of this name", literal.astext(), location=literal)
            if name and not within(literal, name):
                entry = objects[name]
                link = make_refnode(
                    self.app.builder, self.env.docname, entry.docname, entry.node_id, literal.deepcopy(), name
                )
                literal.replace_self(link)


def linkable(literal: nodes.literal) -> bool:
    """Whether code stands in running text, a list or a table: not in a heading, a signature or a link."""
    above = literal.parent
    while above is not None:
        if isinstance(above, nodes.reference | nodes.title) or above.tagname == "desc_signature":
            return False
        above = above.parent
    return True


def description(literal: nodes.literal) -> Any:
    """The signature of the entry that a text belongs to, or None."""
    above = literal.parent
    while above is not None and above.tagname != "desc":
        above = above.parent
    return above[0] if above is not None else None


def within(literal: nodes.literal, name: str) -> bool:
    """Whether the text belongs to the entry of that very name, where a link would lead nowhere new."""
    signature = description(literal)
    return signature is not None and name in signature["ids"]


def parameters(literal: nodes.literal) -> set[str]:
    """Names of the parameters of the function or class whose entry a text belongs to: in it they mean these and no others."""
    signature = description(literal)
    if signature is None:
        return set()
    value = found(f"{signature['module']}.{signature['fullname']}")
    try:
        return set(inspect.signature(value).parameters) if callable(value) else set()
    except ValueError:
        return set()


def documented(name: str, place: str | None, objects: Any, taken: AbstractSet[str] = frozenset()) -> str | None:
    """Name of the entry that a name in code means, or None.

    In prose a name is whole (``hfsr.masked_l1``) or one that ``hfsr`` exports (``masked_l1``); in a docstring also one of the
    module that it stands in. Wherever an object is imported from, its entry is where it is defined.
    """
    if name.startswith(f"{PACKAGE}."):
        return entry_of(name, objects)
    if name in taken or not all(part.isidentifier() for part in name.split(".")):
        return None
    exported = importlib.import_module(PACKAGE).__all__
    tries = ([f"{place}.{name}"] if place else []) + ([f"{PACKAGE}.{name}"] if name.split(".")[0] in exported else [])
    entries = (entry_of(full, objects) for full in tries if "." in name or not inspect.ismodule(found(full)))
    return next(filter(None, entries), None)


def entry_of(name: str, objects: Any) -> str | None:
    """Name of the entry of the object with this full name; None where it has none."""
    if name in objects:
        return name
    value = found(name)
    if inspect.ismodule(value):
        home = value.__name__
    else:
        home = f"{getattr(value, '__module__', None)}.{getattr(value, '__qualname__', None)}"
    return home if home in objects else None


def found(name: str) -> Any:
    """The object of a full name, of a dataclass's field the class; None where there is none."""
    value: Any = importlib.import_module(PACKAGE)
    for part in name.split(".")[1:]:
        if not hasattr(value, part) and inspect.ismodule(value):
            try:
                importlib.import_module(f"{value.__name__}.{part}")
            except ImportError:
                return None
        field = inspect.isclass(value) and part in getattr(value, "__annotations__", {}) and not hasattr(value, part)
        value = value if field else getattr(value, part, None)
    return value


def skip_fields(app: Sphinx, what: str, name: str, value: Any, skip: bool, options: Any) -> bool | None:
    """A named tuple's fields are among its parameters already, and what matplotlib gives a figure stays with matplotlib."""
    from_elsewhere = getattr(value, "__module__", None) == "matplotlib.artist"
    return True if from_elsewhere or type(value).__name__ == "_tuplegetter" else None


def lighten(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> str | None:
    """Give the pages of source code, which are many, a template of their own, and `FOR_SOURCE` alone to load."""
    if not page.startswith("_modules/"):
        return None
    for kind in ("css_files", "script_files"):
        context[kind] = [file for file in context[kind] if PurePath(file.filename or "").name in FOR_SOURCE]
    return "source.html"


def compile_once(app: Sphinx) -> None:
    """Keep numpydoc's template compiled: else it is made anew for each docstring, an eighth of the time that the book takes."""
    folder = Path(app.doctreedir) / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    kept = FileSystemBytecodeCache(str(folder))
    docscrape_sphinx.SandboxedEnvironment = partial(SandboxedEnvironment, bytecode_cache=kept)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the above to the build."""
    compile_once(app)
    app.add_directive("hfsr-modules", Modules)
    app.add_role("hfsr-code", Code())
    app.add_post_transform(LinkNames)
    app.connect("autodoc-skip-member", skip_fields)
    app.connect("html-page-context", lighten, priority=900)  # after the theme
    return {"parallel_read_safe": True, "parallel_write_safe": True}
