import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from rattler import MatchSpec

import hfsr
from hfsr import extras

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA = {"torch": "pytorch", "huggingface-hub": "huggingface_hub"}  # names that differ on conda-forge
NOT_ON_CONDA_FORGE = {
    "opencv-python-headless",
    "snakemake",  # on bioconda, with its plugin
    "snakemake-executor-plugin-slurm",
    "sphinx-mathjax-offline",
}


def requirements(*extras):
    """Ranges of the dependencies and of the extras, with those that an extra asks for by the package's own name."""
    lines = PROJECT["dependencies"] + [line for extra in extras for line in PROJECT["optional-dependencies"][extra]]
    needs = {canonicalize_name(need.name): need for need in map(Requirement, lines)}
    own = needs.pop(PROJECT["name"], None)
    return {name: need.specifier for name, need in needs.items()} | (requirements(*own.extras) if own else {})


def tracked():
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git checkout here")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).exists()]


def modules():
    return sorted((ROOT / "hfsr").rglob("*.py"))


def name_of(path):
    """What a module is imported as."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def needed():
    """Which modules of the library each of them imports, inside functions too."""
    found = {name_of(path): path for path in modules()}
    homes = {path: [one if one in found else one.rpartition(".")[0] for one in imported(path)] for path in modules()}
    return {name: set(homes[path]) & set(found) - {name} for name, path in found.items()}


def test_constraints_pin_every_requirement_within_its_range():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+", line) for line in lines)  # exact; no local label such as +cpu
    pins = dict(line.split("==") for line in lines)
    assert list(pins) == sorted(pins)
    for name, allowed in requirements(*PROJECT["optional-dependencies"]).items():
        assert pins[name] in allowed, name


def test_conda_environment_names_the_same_ranges():
    *conda, nested = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    specs = [MatchSpec(line) for line in conda]
    found = {spec.name.normalized: SpecifierSet(str(spec.version or "")) for spec in specs}
    assert found.pop("python") == SpecifierSet(PROJECT["requires-python"])
    assert "pip" in found
    del found["pip"]
    assert nested["pip"].pop() == "-e ."
    pip = {need.name: need.specifier for need in map(Requirement, nested["pip"])}
    assert set(pip) == NOT_ON_CONDA_FORGE
    assert found | pip == {
        CONDA.get(name, name): allowed for name, allowed in requirements("book", "report", "study", "workflow").items()
    }


def test_no_tracked_file_is_large():
    assert [path.name for path in tracked() if path.stat().st_size > 3_000_000] == []


def test_tracked_notebooks_hold_no_outputs():
    for path in tracked():
        if path.suffix == ".ipynb":
            assert not any(cell.get("outputs") for cell in json.loads(path.read_text())["cells"]), path.name


def test_modules_stay_short():
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in modules()}
    assert {name: length for name, length in lengths.items() if length > 250} == {}


def test_the_method_and_its_networks_stay_small():
    files = [*(ROOT / "hfsr").glob("*.py"), *(ROOT / "hfsr" / "models").glob("*.py")]
    assert sum(len(path.read_text().splitlines()) for path in files) < 1_500


def test_tests_lie_in_the_librarys_folders():
    """Beside them are tests of what is no part of it."""
    rooms = {path.parent.relative_to(ROOT / "hfsr").as_posix() for path in modules()} - {"kernels"}  # through the map
    tests = {path.parent.relative_to(ROOT / "tests").as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    assert rooms - tests == set()
    assert tests - rooms == {"book", "notebooks", "workflow"}


def test_the_library_knows_neither_notebooks_nor_book():
    for path in modules():
        for name in imported(path):
            assert name.split(".")[0] not in {"notebooks", "book", "tests", "benchmarks", "IPython"}, path.name


def test_dependencies_inside_the_library_flow_one_way():
    graph = needed()
    tuple(TopologicalSorter(graph).static_order())  # a circle is an error that names its modules
    rooms = {}
    for name in graph.keys() - {"hfsr"}:
        own, *others = (each.split(".")[1] for each in (name, *graph[name] - {"hfsr"}))
        rooms.setdefault(own, set()).update(set(others) - {own})
    tuple(TopologicalSorter(rooms).static_order())  # nor do rooms go round in a circle
    assert {name for name, others in rooms.items() if "cli" in others} == set()


def test_torchvision_is_imported_in_one_place():
    users = {path.name for path in modules() if any(name.split(".")[0] == "torchvision" for name in imported(path))}
    assert users <= {"torchvision.py"}


def test_version_is_said_once_and_the_same():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert PROJECT["dynamic"] == ["version"]
    assert hfsr.__version__ == citation["version"] == version("hfsr")
    assert f"## [{hfsr.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_repository_has_one_address():
    repository = PROJECT["urls"]["Repository"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    theme = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]["html_theme_options"]
    assert citation["repository-code"] == theme["repository_url"] == repository
    assert (ROOT / "environment.yml").exists()  # what Binder installs
    assert all(url.startswith(repository) for name, url in PROJECT["urls"].items() if name != "Documentation")
    for path in tracked():
        if path.suffix in {".md", ".yml", ".yaml", ".toml", ".py"}:
            named = set(re.findall(r"https://github\.com/[^/\s]+/hfsr\b", path.read_text()))
            assert named <= {repository}, path


def test_a_maintainer_is_told_every_file_that_waits_for_an_owner():
    waiting = {
        path.relative_to(ROOT).as_posix() if path.parent.name != "notebooks" else f"notebooks/*{path.suffix}"
        for path in tracked()
        if path.suffix in {".cff", ".ipynb", ".md", ".toml", ".yml"} and re.search(r"\bOWNER/hfsr\b", path.read_text())
    }
    text = " ".join((ROOT / "CONTRIBUTING.md").read_text().split())
    (told,) = re.findall(r"in place of `OWNER` in (.+?), and let", text)
    assert waiting == set(re.findall(r"`([^`]+)`", told))


def test_readme_begins_with_getting_the_project():
    first = readme_blocks("bash")[0].splitlines()[0]
    assert first.startswith(f"git clone {PROJECT['urls']['Repository']} && cd hfsr")


def test_every_package_that_the_library_imports_is_a_dependency_or_of_the_extra_that_hfsr_names():
    distributions = packages_distributions()

    def named(lines: list[str], package: str) -> bool:
        needs = {canonicalize_name(Requirement(line).name) for line in lines}
        return any(canonicalize_name(name) in needs for name in distributions[package])

    of_extras = {package: extra for extra, packages in extras.PACKAGES.items() for package in packages}
    for package, extra in of_extras.items():
        assert named(PROJECT["optional-dependencies"][extra], package), package
        assert not named(PROJECT["dependencies"], package), package
    used = {name.split(".")[0] for path in modules() for name in imported(path)} - {"hfsr", *sys.stdlib_module_names}
    assert {package for package in used - of_extras.keys() if not named(PROJECT["dependencies"], package)} == set()


def test_actions_are_pinned_by_commit():
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        for used in re.findall(r"uses: (.+)", path.read_text()):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", used), f"{path.name}: {used}"


def readme_blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def test_readme_names_make_targets_that_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z-]+)", "\n".join(readme_blocks("bash")), re.MULTILINE))
    assert {"book", "test"} <= named <= targets


def test_pages_name_files_that_exist():
    named = r"`((?:tests|book|hfsr|benchmarks|workflow|notebooks)/[\w./-]+)`"
    for page in [*ROOT.glob("*.md"), *ROOT.glob("book/**/*.md")]:
        missing = [path for path in re.findall(named, page.read_text()) if not (ROOT / path).exists()]
        assert missing == [], page.name


def test_readme_snippet_runs():
    (block,) = readme_blocks("python")
    scope = {}
    exec(compile(block, "README.md", "exec"), scope)
    assert scope["loss"] > 0
    assert scope["sr"].grad.abs().sum() > 0


def test_readme_links_and_pictures_exist():
    text = (ROOT / "README.md").read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
    assert all(alt.strip() for alt in re.findall(r"!\[([^\]]*)\]", text))
