"""The first use of each word of the glossary on a page leads to its entry."""

import re
from collections.abc import Iterable
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

GLOSSARY = "book/glossary"
# Where a word is no running text, or a link already.
APART = (
    nodes.title,
    nodes.caption,
    nodes.table,
    nodes.reference,
    nodes.FixedTextElement,
    nodes.literal,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    nodes.term,
    nodes.field_name,
    addnodes.desc_signature,
)

# Phrases in which a word of the glossary is another thing.
OTHER = (
    "alpha channel",
    "pixels of alpha",
    "reflected at its border",
    "mirrored border",
    "fixed-length record",
)


class LinkTerms(SphinxPostTransform):
    """Link a word, or its plural, where it stands in running text for the first time."""

    default_priority = 30  # after names in code have become links

    def run(self, **kwargs: Any) -> None:
        objects = self.env.get_domain("std").objects
        terms = {name.lower(): entry for (kind, name), entry in objects.items() if kind == "term"}
        if any(page == self.env.docname for page, _ in terms.values()):
            return
        for element in self.document.findall(nodes.TextElement):
            element[:] = joined(element.children)
        for text in list(self.document.findall(nodes.Text)):
            if terms and not apart(text):
                self.link(text, terms)

    def link(self, text: nodes.Text, terms: dict[str, tuple[str, str]]) -> None:
        """Put links in place of what `terms` names in a text, and take it out of them."""
        other, names = either(OTHER), either(sorted(terms, key=len, reverse=True))
        found, end = [], 0
        for match in re.finditer(rf"(?<![\w-])(?:{other}|({names}))s?(?![\w-])", text, re.IGNORECASE):
            if match[1] and (entry := terms.pop(re.sub(r"\s", " ", match[1]).lower(), None)):
                word = make_refnode(self.app.builder, self.env.docname, *entry, nodes.inline(match[0], match[0]))
                word["classes"].append("term")
                found += [nodes.Text(text[end : match.start()]), word]
                end = match.end()
        if found:
            text.parent.replace(text, [*found, nodes.Text(text[end:])])


def either(phrases: Iterable[str]) -> str:
    """A pattern of any of these, across the ends of lines too."""
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s") for phrase in phrases)


def joined(children: list[nodes.Node]) -> list[nodes.Node]:
    """The same with neighbouring texts in one: where a line ends, a new one begins."""
    found: list[nodes.Node] = []
    for child in children:
        if found and isinstance(child, nodes.Text) and isinstance(found[-1], nodes.Text):
            found[-1] = nodes.Text(found[-1] + child)
        else:
            found.append(child)
    return found


def apart(text: nodes.Text) -> bool:
    """Whether a text stands inside one of `APART`."""
    above = text.parent
    while above is not None:
        if isinstance(above, APART):
            return True
        above = above.parent
    return False


class PagesThatLink:
    """All pages are written again where the glossary has changed; they need not be read again."""

    changed = False

    def note(self, app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> list[str]:
        """Before pages are read: see which have changed; there is none to add."""
        self.changed = any(GLOSSARY in names for names in changes)
        return []

    def names(self, app: Sphinx, env: BuildEnvironment) -> set[str]:
        """Once pages are read: those that are to be written besides them."""
        return set(env.found_docs) if self.changed else set()


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the above to the build."""
    app.add_post_transform(LinkTerms)
    pages = PagesThatLink()
    app.connect("env-get-outdated", pages.note)
    app.connect("env-get-updated", pages.names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
