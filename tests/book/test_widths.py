"""Nothing is cut off at any width: what is wider than its column scrolls in a box that the keyboard reaches."""

import pytest
from layout import SOURCE, is_like_another, pages

WIDTHS = (390, 768, 1280)
LOOK = """async () => {
    if (window.MathJax) await MathJax.startup.promise;
    const article = document.querySelector("article"), {left, right} = article.getBoundingClientRect();
    article.querySelectorAll("details").forEach(details => details.open = true);
    article.querySelectorAll(".toggle-hidden").forEach(folded => folded.classList.remove("toggle-hidden"));
    window.dispatchEvent(new Event("resize")); // the theme looks again for boxes that scroll, a little later
    await new Promise(resolve => setTimeout(resolve, 500));
    const said = element => `${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 40)}`;
    const hidden = "mjx-assistive-mml, .visually-hidden, script, style";
    const unseen = element => element.closest(hidden) || !element.checkVisibility();
    const clips = element => getComputedStyle(element).overflowX !== "visible" && element.clientWidth > 0;
    const boxes = new Set(), out = [];
    for (const element of article.querySelectorAll("*")) {
        const place = element.getBoundingClientRect();
        if (unseen(element) || !place.width || (place.left >= left - 1 && place.right <= right + 1)) continue;
        let box = element.parentElement;
        while (box !== article && !clips(box)) box = box.parentElement;
        box === article ? out.push(said(element)) : boxes.add(box);
    }
    for (const element of article.querySelectorAll("*")) {
        if (clips(element) && element.scrollWidth > element.clientWidth + 1 && !unseen(element)) boxes.add(element);
    }
    const stuck = [], unreached = [], loose = [], unmarked = [];
    for (const box of boxes) {
        if (!getComputedStyle(box).backgroundImage.includes("gradient")) unmarked.push(said(box)); // the shadow at its edge
        if (box.tabIndex < 0) unreached.push(said(box));
        box.scrollLeft = 40;
        if (box.scrollLeft < Math.min(40, box.scrollWidth - box.clientWidth - 1)) stuck.push(said(box));
        const first = box.querySelector("table:not(:has(tbody th ~ th)) tbody tr > :first-child");
        const gone = first ? first.getBoundingClientRect().left - box.getBoundingClientRect().left : 0;
        if (Math.abs(gone) > 1.5) loose.push(said(first));
    }
    return {out, stuck, unreached, loose, unmarked};
}"""


@pytest.mark.parametrize("name", [*pages(), SOURCE])
def test_nothing_is_cut_off(name, book, page):
    found, widths = {}, WIDTHS[:1] if is_like_another(name) else WIDTHS
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto((book / f"{name}.html").as_uri(), wait_until="load")
        found[width] = {kind: which for kind, which in page.evaluate(LOOK).items() if which}
    assert found == {width: {} for width in widths}
