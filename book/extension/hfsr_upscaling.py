"""The directive `hfsr-upscaling`: the networks on a picture of the reader's, and beside the page all that the browser needs."""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from hfsr.errors import UserError
from hfsr.report.widgets.upscaling import upscaling, write

FOLDER = "_static/upscaling"
LOGGER = logging.getLogger(__name__)


class Upscaling(SphinxDirective):
    """The widget; what it fetches lies in `FOLDER`. Without npm the page says so, and the book is built."""

    def run(self) -> list[nodes.Node]:
        book = Path(self.env.app.outdir)
        try:
            write(book / FOLDER, book.parent / "npm")
            missing = None
        except UserError as error:
            missing = str(error)
            LOGGER.info("%s is built without its networks: %s", self.env.docname, missing)
        base = "../" * self.env.docname.count("/") + f"{FOLDER}/"
        return [nodes.raw("", upscaling(base, missing).html, format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the above to the build."""
    app.add_directive("hfsr-upscaling", Upscaling)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
