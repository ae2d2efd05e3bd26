import importlib.util
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
SOURCE = "_modules/hfsr/losses"  # one of the pages of source code, which _toc.yml does not list
STRICT = ["build", ".", "-n", "-W", "--keep-going"]


def pages(node=None):
    """Names of all pages in _toc.yml, without suffix, in reading order."""
    node = yaml.safe_load((ROOT / "_toc.yml").read_text()) if node is None else node
    found = [node[key] for key in ("root", "file") if key in node]
    for key in ("parts", "chapters", "sections"):
        for child in node.get(key, []):
            found += pages(child)
    return found


def is_like_another(name):
    """Whether a page of the reference repeats what another one shows, in hundreds of entries: one template makes them all."""
    return name.startswith("book/reference/") and name != "book/reference/models"


def load(name):
    """One of the book's extensions, which lie in no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "book" / "extension" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
