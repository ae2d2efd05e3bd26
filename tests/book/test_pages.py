import re
from html import unescape
from urllib.parse import unquote, urlsplit

import pytest
from layout import pages

PAGES = pages()
DESKTOP, TELEPHONE = (1440, 900), (390, 844)
LOOK = """async () => {
    if (window.MathJax) await MathJax.startup.promise;
    const article = document.querySelector("article");
    const images = [...article.querySelectorAll("img")];
    images.forEach(image => image.loading = "eager");
    await Promise.all(images.map(image => image.decode().catch(() => null)));
    return {
        headings: [...article.querySelectorAll("h1")].map(heading => heading.textContent.trim()),
        images: images.map(image => ({source: image.getAttribute("src"), alt: image.alt.trim(), width: image.naturalWidth})),
        equations: article.querySelectorAll(".math").length,
        typeset: article.querySelectorAll(".math mjx-container").length,
        misprints: article.querySelectorAll("mjx-merror, [data-mjx-error]").length,
        errors: article.querySelectorAll(".output.traceback, .output.stderr, .system-message, .problematic").length,
        width: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth),
    };
}"""


@pytest.fixture(scope="session")
def visits():
    return {}


@pytest.fixture(params=PAGES)
def visit(request, book, browser, visits):
    """What a page holds and does at a width; each page is opened once a width."""

    def look(size):
        key = request.param, size
        if key not in visits:
            visits[key] = open_page(browser, (book / f"{request.param}.html").as_uri(), size)
        return visits[key]

    return look


def open_page(browser, address, size):
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    strangers, complaints = [], []

    def arrived(request):
        if urlsplit(request.url).scheme not in ("file", "data", "blob"):
            strangers.append(request.url)

    page.on("request", arrived)
    page.on("requestfailed", lambda request: complaints.append(f"not loaded: {request.url}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(address, wait_until="load")
    facts = page.evaluate(LOOK) | {"strangers": strangers, "complaints": complaints}
    context.close()
    return facts


def test_notebooks_and_no_other_pages_open_elsewhere(book):
    """Colab cannot run the source of another page."""
    opened = {page for page in PAGES if "colab.research.google.com" in (book / f"{page}.html").read_text()}
    assert opened == {page for page in PAGES if page.startswith("notebooks/")}


def test_page_reads_without_a_network_and_without_errors(visit):
    facts = visit(DESKTOP)
    assert facts["strangers"] == []
    assert facts["complaints"] == []
    assert facts["errors"] == 0


def test_page_has_one_heading(visit):
    assert len(visit(DESKTOP)["headings"]) == 1


def test_equations_are_typeset(visit):
    facts = visit(DESKTOP)
    assert facts["typeset"] == facts["equations"]
    assert facts["misprints"] == 0


def test_pictures_are_there_and_described(visit):
    for image in visit(DESKTOP)["images"]:
        assert image["width"] > 0, image["source"]
        assert len(image["alt"]) > 15, f"{image['source']}: alt text {image['alt']!r}"


def test_page_fits_a_telephone(visit):
    assert visit(TELEPHONE)["width"] <= TELEPHONE[0]


def test_the_book_has_equations_and_pictures(book, browser, visits):
    facts = [
        open_page(browser, (book / f"notebooks/{name}.html").as_uri(), DESKTOP) for name in ("weight_map", "train")
    ]
    assert all(fact["typeset"] > 0 and fact["images"] for fact in facts)


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name, book):
    here = book / f"{name}.html"
    for link in map(unescape, re.findall(r'<a [^>]*?href="([^"]*)"', here.read_text())):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (here.parent / unquote(parts.path)).resolve() if parts.path else here
        assert target.exists(), link
        if parts.fragment and target.suffix == ".html":
            assert f'id="{parts.fragment}"' in target.read_text(), link


def test_equations_carry_the_papers_numbers(book):
    numbers = {}
    for name in ("notebooks/train", "notebooks/weight_map", "notebooks/restore"):
        text = (book / f"{name}.html").read_text()
        numbers |= dict(re.findall(r'id="equation-(eq-[a-z0-9-]+)">\s*<span class="eqno">\((\d+)\)', text))
    assert numbers == {f"eq-{number}": str(number) for number in range(1, 9)}  # the eighth is ours


def test_no_page_names_a_folder_of_the_machine(book):
    for name in PAGES:
        text = (book / f"{name}.html").read_text()
        assert str(book.parents[1]) not in text, name
