"""Bicubic interpolation and two networks on a picture of the reader's, in the browser."""

import json
import shutil
from html import escape
from importlib.resources import files
from pathlib import Path

from hfsr import images
from hfsr.data import embedded
from hfsr.formats.onnx import export
from hfsr.images.bicubic import REACH
from hfsr.images.tiles import TILE
from hfsr.models.store import load_model
from hfsr.report.widgets import Widget, runtime, scripts
from hfsr.weightmap import parse_alpha

NETWORKS = {"wdsr-a0-long": "WDSR", "wdsr-a1-5-long": "the method"}  # trained alike but for the mask
PICTURES = embedded.SPLITS["embedded-held-out"]
ALPHA = "1/5"  # of the mask that tells selected elements from others
SCRIPTS = ("method", "bicubic", "pictures", "upscaler", "comparison", "upscaling")
WORKER = ("upscaling-worker.js", "bicubic.js")


def upscaling(base: str, missing: str | None = None) -> Widget:
    """The widget: a picture from disk or one of the book's, upscaled by bicubic interpolation and the two networks.

    Parameters
    ----------
    base : str
        Address of the folder that `write` has filled, as the page sees it, with a slash at the end.
    missing : str, optional
        Why there is none: the page says so, and offers nothing.

    Examples
    --------
    >>> "hfsr-upscaling" in upscaling("../_static/upscaling/").html
    True
    """
    models = {name: load_model(name) for name in NETWORKS}
    settings = {
        "base": base,
        "missing": missing,
        "pictures": PICTURES,
        "alpha": parse_alpha(ALPHA),
        "tile": TILE,
        "ways": [
            {"name": "bicubic", "label": "bicubic", "halo": REACH, "scale": 2},
            *(
                {"name": name, "label": label, "halo": models[name].halo, "scale": models[name].scale}
                for name, label in NETWORKS.items()
            ),
        ],
    }
    element = f'<hfsr-upscaling settings="{escape(json.dumps(settings))}"></hfsr-upscaling>'
    return Widget(f"{element}\n{scripts(*SCRIPTS)}")


def write(folder: Path, cache: Path) -> None:
    """Fill a folder with what the widget asks for: ONNX Runtime Web, the networks with weights in float16, the book's pictures.

    Parameters
    ----------
    folder : path
    cache : path
        Where the package from the npm registry is kept.

    Raises
    ------
    UserError
        If the registry cannot be reached, as in `hfsr.report.widgets.runtime.unpack`.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.object(runtime, "unpack", side_effect=runtime.UserError("the registry is out of reach")):
    ...     write(Path("_static"), Path("npm"))
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: the registry is out of reach
    """
    runtime.unpack(cache, folder)
    for name in WORKER:
        shutil.copyfile(str(files("hfsr.report.widgets") / name), folder / name)
    for name in NETWORKS:
        export(name, folder / f"{name}.onnx", half=True)
    for name in PICTURES:
        images.write(folder / f"{name}.webp", embedded.read(name))
