"""Every page by axe-core, at two widths and in both themes: nothing against WCAG A and AA, in what is folded either.

A theme changes colours only, so the dark one is looked at for these, and at one width. Pages that are like another are looked
at on a telephone alone.
"""

import os
import re
import shutil
import subprocess
from contextlib import suppress

import pytest
from layout import ROOT, SOURCE, is_like_another, pages
from playwright.sync_api import TimeoutError

from hfsr.files import read_json

HERE = ROOT / "tests" / "book"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TELEPHONE = (390, "light")
LOOKS = ((1280, "light"), (1280, "dark"), TELEPHONE)
UNFOLD = """async () => {
    if (window.MathJax) await MathJax.startup.promise;
    await Promise.all([...document.fonts].map(font => font.load().catch(() => null))); // a glyph without its font is a text
    document.querySelectorAll("article details").forEach(details => details.open = true);
    document.querySelectorAll("article .toggle-hidden").forEach(folded => folded.classList.remove("toggle-hidden"));
}"""
# No colour on its way; and no shadow in boxes that scroll, as axe-core does not judge what is written on one.
STILL = """* { animation: none !important; transition: none !important; }
article :is(pre, .output, .pst-scrollable-table-container) { background-image: none !important; }"""
SETTLED = """() => [...document.querySelectorAll("article :is(pre, .output, .pst-scrollable-table-container)")]
    .every(box => box.tabIndex >= 0 || box.scrollWidth <= box.clientWidth + 1)"""
LOOK = """async ([levels, theme]) => {
    const colours = axe.getRules(levels).filter(({tags}) => tags.includes("cat.color")).map(rule => rule.ruleId);
    const runOnly = theme === "dark" ? {type: "rule", values: colours} : levels;
    const {violations} = await axe.run({runOnly, resultTypes: ["violations"]});
    const said = ({html, any}) => `${html}: ${any.map(each => each.message)}`;
    return violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${said(node)}`));
}"""


@pytest.fixture(scope="session")
def axe():
    """The text of axe-core, which npm fetches once and holds to the digest in package-lock.json."""
    version = read_json(HERE / "package.json")["devDependencies"]["axe-core"]
    folder = ROOT / "_build" / "npm" / f"axe-core-{version}"
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
        except (OSError, subprocess.SubprocessError) as error:
            if os.environ.get("HFSR_REQUIRE_CHROMIUM"):
                raise
            pytest.skip(f"npm could not fetch axe-core: {error}")
    return script.read_text()


def test_the_lock_file_holds_digests_and_no_addresses():
    own, *others = read_json(HERE / "package-lock.json")["packages"].values()
    assert own["devDependencies"] == read_json(HERE / "package.json")["devDependencies"]
    for entry in others:
        assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", entry["integrity"])
        assert "resolved" not in entry  # a registry's address is the machine's, in npm's own settings


@pytest.fixture
def wrong(page, axe):
    """Looks at the page that is open: what axe-core finds, by theme and width."""

    def look(looks=LOOKS):
        page.evaluate(axe)
        page.add_style_tag(content=STILL)
        page.evaluate(UNFOLD)
        found = {}
        for width, theme in looks:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
            with suppress(TimeoutError):  # the theme looks for boxes that scroll a little after the width has changed
                page.wait_for_function(SETTLED, timeout=5000)  # what it has missed by then, axe names
            found[f"{theme}, {width} pixels"] = page.evaluate(LOOK, [LEVELS, theme])
        return {where: violations for where, violations in found.items() if violations}

    page.set_default_timeout(120_000)  # some pages of the reference are long
    return look


@pytest.mark.parametrize("name", [*pages(), SOURCE])
def test_page_is_accessible(name, book, page, wrong):
    page.goto((book / f"{name}.html").as_uri(), wait_until="load")
    assert wrong([TELEPHONE] if is_like_another(name) else LOOKS) == {}


def test_the_page_that_runs_networks_is_accessible_with_its_results(served, page, wrong):
    page.goto(f"{served}/book/try.html", wait_until="load")
    widget = page.locator("hfsr-upscaling")
    if not widget.locator(".run").is_visible():
        pytest.skip(widget.locator(".error").inner_text())
    widget.locator(".run").click()
    widget.locator(".results").wait_for()
    assert wrong() == {}
