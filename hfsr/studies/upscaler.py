"""What makes images twice as large: nothing, interpolation, or a network, published or made by a finished run.

Beside them stand two controls without a network of their own: bicubic interpolation and the images as they are, sharpened to
the gradient energy of plain WDSR's images (`hfsr.analysis.sharpen`).
"""

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from torch import Tensor

from hfsr import paths
from hfsr.analysis.sharpen import matched_amount
from hfsr.errors import UserError
from hfsr.files import sha256
from hfsr.models import SRCNN, WDSR, store
from hfsr.studies import published, recipes, records, superres_run
from hfsr.studies.recipe import SuperresRecipe
from hfsr.studies.records import RECORD, WEIGHTS
from hfsr.studies.rows import SHARPENED, Row
from hfsr.studies.superres_run import SuperresRecord, SuperresRun
from hfsr.studies.upscaling import Method, Sharpening, upscale_images

MATCHED = 500  # images of a set that a sharpening is matched on


@dataclass(frozen=True)
class Upscaler:
    """What makes images twice as large.

    Parameters
    ----------
    name : str
        "original" (nothing does), "bicubic", "nearest", "sharpened" (bicubic images), "original-sharpened", or what a network
        is called: when it is published, or a further seed's by its run.
    made_by : SuperresRun, optional
        The run that makes the network, or that which a sharpening is matched to; None where there is none, or where it is in
        no recipe's table.

    Examples
    --------
    >>> network = called("wdsr-a1-5")
    >>> network.is_network, network.factor, network.architecture
    (True, 2, ('wdsr', 8))
    """

    name: str
    made_by: SuperresRun | None = field(default=None, compare=False)

    @property
    def is_network(self) -> bool:
        """Whether a network does it."""
        return self.name not in NO_NETWORK

    @property
    def is_sharpening(self) -> bool:
        """Whether it is a linear sharpening."""
        return self.name in SHARPENED

    @property
    def network(self) -> str:
        """What the network is called that does it, or that a sharpening is matched to."""
        return _named(self.made_by) if self.made_by else self.name

    @property
    def row(self) -> str:
        """What it is called whatever the seed of its network."""
        run = self.made_by
        return _named(replace(run, seed=run.recipe.seeds[0])) if run and self.is_network else self.name

    def of_seed(self, seed: int) -> "Upscaler":
        """The same by the network of another seed; itself where no network of a recipe's table does it.

        Examples
        --------
        >>> called("wdsr-a1-5").of_seed(1).name, called("wdsr-a1-5").of_seed(1).row, BICUBIC.of_seed(1).name
        ('wdsr-a1-5-bench-s1', 'wdsr-a1-5', 'bicubic')
        """
        if self.made_by is None or not self.is_network:
            return self
        run = replace(self.made_by, seed=seed)
        return Upscaler(_named(run), run)

    @property
    def factor(self) -> int:
        """How many times as long the images are a side."""
        return 1 if self.name in KEPT else 2

    @property
    def architecture(self) -> tuple[str, int]:
        """Kind and size of the network, as `hfsr.studies.flops.built` takes them: known before it is trained."""
        if not self.is_network:
            return self.name, 0
        if self.made_by:
            return self.made_by.row.method, self.made_by.recipe.blocks
        model = self.load()
        return ("srcnn", 0) if isinstance(model, SRCNN) else ("wdsr", model.settings["blocks"])

    @property
    def is_published(self) -> bool:
        """Whether its network is published, in the package or beside it, and the record of that is not stale."""
        return paths.find_weights(self.network) is not None and published.is_fresh(SuperresRecord, self.network)

    @property
    def weights(self) -> Path:
        """The file of the published network, or else that of the finished run which makes it.

        Raises
        ------
        UserError
            If there is none, or its run is not finished.
        """
        run = self.made_by
        if run and run.is_finished and not self.is_published:
            return run.folder / WEIGHTS
        if found := paths.find_weights(self.network):
            return found
        if run:
            raise UserError(f"{self.name}: its network is not trained yet; first run `{run.command}`")
        known = ", ".join((*NO_NETWORK, *paths.published(2)))
        raise UserError(f"no method is called {self.name!r}: choose one of {known}; hfsr publish adds a trained model")

    @property
    def digest(self) -> str | None:
        """SHA-256 of the file of `network`, as records hold it; None where there is none."""
        if not (self.is_network or self.is_sharpening):
            return None
        self.load()
        return sha256(self.weights)

    def record(self) -> SuperresRecord:
        """The record of the run that made the network; a stale one is a `UserError`."""
        if self.made_by and self.weights.parent == self.made_by.folder:
            return records.read(self.made_by.folder / RECORD, SuperresRecord)
        return published.read(SuperresRecord, self.network)

    def method(self, images: Tensor) -> Method:
        """What `hfsr.studies.upscaling.upscale_images` takes.

        Parameters
        ----------
        images : Tensor, (N, 3, H, W), uint8
            Of the set that is to be upscaled: a sharpening is matched on the first `MATCHED` of them.
        """
        if self.is_sharpening:
            some = images[:MATCHED]
            amount = matched_amount(upscale_images("bicubic", some), upscale_images(self.load(), some))
            return Sharpening(amount, self.factor)
        return self.load() if self.is_network else self.name

    def load(self) -> WDSR | SRCNN:
        """The network, in evaluation mode, float32, on the CPU.

        Raises
        ------
        UserError
            If there is none, or it is no network that upscales x2.
        """
        model = store.load(self.weights)
        if not isinstance(model, WDSR | SRCNN):
            raise UserError(
                f"{self.name} is a {type(model).__name__}: images are upscaled by a super-resolution network"
            )
        if model.scale != 2:
            raise UserError(f"{self.name} upscales x{model.scale}: the study upscales x2")
        return model


ORIGINAL, BICUBIC, NEAREST = Upscaler("original"), Upscaler("bicubic"), Upscaler("nearest")
KEPT = (ORIGINAL.name, SHARPENED[1])  # their size
NO_NETWORK = (ORIGINAL.name, BICUBIC.name, NEAREST.name, *SHARPENED)


def called(name: str) -> Upscaler:
    """The upscaler of that name: its network is published, or that of a run in a recipe's table, or of a finished run here.

    A name that means nothing is found out where the network is asked for.

    Raises
    ------
    UserError
        If the network of that name keeps the size.

    Examples
    --------
    >>> called("wdsr-a1-5-long").made_by.name
    'wdsr-a1-5-long-s0'
    """
    if name in NO_NETWORK:
        return _without_network(name)
    if name in paths.published(1):
        raise UserError(
            f"{name}: keeps a picture's size, so it upscales nothing: choose one of {', '.join(paths.published(2))}"
        )
    return Upscaler(name, _in_tables(tuple(recipes.SUPERRES.values())).get(name) or _made_here(name))


@cache
def _in_tables(known: tuple[SuperresRecipe, ...]) -> dict[str, SuperresRun]:
    """Every run of recipes by the name of its network, of which each record asks for one."""
    return {_named(run): run for recipe in known for run in superres_run.grid(recipe)}


def _without_network(name: str) -> Upscaler:
    matched = SuperresRun(Row("wdsr"), recipes.superres("bench"))
    return Upscaler(name, matched if name in SHARPENED else None)


def _named(run: SuperresRun) -> str:
    return run.model or run.name


def _made_here(name: str) -> SuperresRun | None:
    """A finished run on this machine whose network is called so: one of iterations that no recipe has."""
    for path in sorted((paths.runs() / SuperresRun.study).glob(f"*/{RECORD}")):
        record = records.read(path, SuperresRecord)
        if record.recipe in recipes.SUPERRES and _named(record.run) == name and record.run.folder == path.parent:
            return record.run
    return None


def of(method: str, recipe: SuperresRecipe, steps: int | None = None) -> Upscaler:
    """The upscaler that a table's row stands for: the network of that row which a recipe's first seed makes.

    Parameters
    ----------
    method : str
        The name of a row of Table I, "original", or a control without a network.
    recipe : SuperresRecipe
        The recipe of the networks.
    steps : int, optional
        Their iterations, where not the recipe's.

    Examples
    --------
    >>> of("wdsr-a1-5", recipes.superres("paper")).name, of("bicubic", recipes.superres("paper")).name
    ('wdsr-a1-5-paper', 'bicubic')
    """
    if method in NO_NETWORK:
        return _without_network(method)
    rows = {row.name: row for row in recipe.rows}
    if method not in rows:
        raise UserError(f"recipe {recipe.name} has no row {method!r}: choose one of {', '.join(rows)}")
    run = SuperresRun(rows[method], recipe, recipe.seeds[0], steps)  # type: ignore[arg-type]
    return Upscaler(_named(run), run)
