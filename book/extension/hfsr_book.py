"""What this book needs beyond Jupyter Book: outputs that are never stale, MathJax of its own, the paper's equation numbers."""

import hashlib
import os
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from hfsr import paths
from hfsr.studies import published, records
from hfsr.studies.publish import KINDS

# What a notebook's outputs depend on besides its own cells, which are all that the execution cache looks at.
INPUTS = (
    "hfsr/**/*.py",
    "hfsr/**/*.js*",
    "hfsr/weights/*",
    "results/weights/*",
    "results/**/*.json",
    "benchmarks/records/*.json",
    "constraints.txt",
)

CLEAN = "clean"  # the note of a build without a warning, beside what Sphinx keeps

# The parts of MathJax that a page asks for; the package holds ten times as much.
MATHJAX = ("tex-mml-chtml.js", "output/chtml/fonts/woff-v2")


def inputs_digest(root: Path) -> str:
    """Sixteen hexadecimal digits that change with the name or content of any of `INPUTS` below `root`."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in INPUTS for path in root.glob(pattern) if path.is_file()}):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def leave_out_environments(app: Sphinx, config: Config) -> None:
    """Leave out virtual environments, by whatever name: their packages bring pages of their own."""
    config.exclude_patterns += sorted(path.parent.name for path in Path(app.srcdir).glob("*/pyvenv.cfg"))


def fresh_outputs(app: Sphinx, config: Config) -> None:
    """Keep executed notebooks in a folder named by what they depend on, and remove those of former inputs."""
    caches = Path(app.outdir).parent / ".jupyter_cache"
    current = caches / inputs_digest(Path(app.srcdir))
    for old in caches.glob("*"):
        if old != current:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    config.nb_execution_cache_path = str(current)
    # What a page trains is trained by the library as it is: a run that lies in runs/ may have been made by an older one.
    os.environ["HFSR_RUNS"] = str(current / "runs")


def what_pages_show(app: Sphinx) -> str:
    """What all pages may show besides their own text: the library with its records, the extensions and the templates."""
    book = Path(__file__).parents[1]
    made_by = (path.read_bytes() for path in sorted([*book.glob("extension/*.py"), *book.glob("templates/*")]))
    return inputs_digest(Path(app.srcdir)) + hashlib.sha256(b"".join(made_by)).hexdigest()[:16]


def pages_to_read(app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> set[str]:
    """All pages, unless a build without a warning has shown the same: the page that had one would be skipped this time."""
    clean = Path(app.doctreedir) / CLEAN
    is_clean = clean.exists() and clean.read_text() == what_pages_show(app)
    clean.unlink(missing_ok=True)
    if is_clean:
        return set()
    shutil.rmtree(Path(app.outdir) / "_modules", ignore_errors=True)  # Sphinx looks at the age of the code alone
    shutil.rmtree(Path(app.outdir) / "_images", ignore_errors=True)  # no page shows figures as they were before
    return set(env.found_docs)


def note_a_clean_build(app: Sphinx, error: Exception | None) -> None:
    """Leave a note for the next build's `pages_to_read`."""
    if error is None and not app._warncount:
        (Path(app.doctreedir) / CLEAN).write_text(what_pages_show(app))


def check_records(app: Sphinx) -> None:
    """Stop at a published record or model that is stale or lacks its other half, and name it."""
    kinds = {path: KINDS[path.parent.name] for path in published.files()}
    problems = [
        f"results/{path.parent.name}/{path.name}: {problem}"
        for path, kind in kinds.items()
        for problem in records.read(path, kind).problems()
    ]
    for weights in sorted(paths.weights().glob("*.safetensors")):
        if weights.stem not in {path.stem for path in kinds}:
            problems.append(f"hfsr/weights/{weights.name}: no record in results/ is called {weights.stem}.json")
    if problems:
        raise ExtensionError("\n".join(["published results that no longer hold:", *problems]))


def number_equations(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Give every equation the number in its label, wherever in the book it stands: 1 to 7 are the paper's."""
    for numbers in env.toc_fignumbers.values():
        for label in numbers.get("displaymath", {}):
            number = label.removeprefix("equation-eq-")
            if not number.isdecimal():
                raise ExtensionError(f"{label}: an equation's label is eq- and its number")
            numbers["displaymath"][label] = (int(number),)
    return []


def copy_mathjax(app: Sphinx, error: Exception | None) -> None:
    """Put MathJax into the book, which then reads without a network."""
    if error:
        return
    with as_file(files("sphinx-mathjax-offline") / "static" / "mathjax") as source:
        for name in MATHJAX:
            target = Path(app.outdir) / "_static" / "mathjax" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (source / name).is_dir():
                shutil.copytree(source / name, target, dirs_exist_ok=True)
            else:
                shutil.copyfile(source / name, target)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the above to the build."""
    app.connect("config-inited", leave_out_environments)
    app.connect("config-inited", fresh_outputs)
    app.connect("builder-inited", check_records)
    app.connect("env-get-outdated", pages_to_read)
    app.connect("env-get-updated", number_equations, priority=900)  # after Sphinx has numbered them
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", note_a_clean_build)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
