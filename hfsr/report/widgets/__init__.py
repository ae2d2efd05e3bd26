"""Things to try in a page: the weight map or the networks on a picture of one's own, and a slider between two pictures.

Plain HTML and JavaScript in a page. No other host is asked for anything, and no picture leaves the browser.
"""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from PIL import Image
from torch import Tensor

from hfsr.images import to_rgb
from hfsr.weightmap import Alpha, parse_alpha

SLIDER = (
    '<div style="position:relative;display:inline-block;max-width:100%;--at:50%">{after}'
    '<div style="position:absolute;inset:0;clip-path:inset(0 calc(100% - var(--at)) 0 0)">{before}</div>'
    '<div style="position:absolute;top:0;bottom:0;left:var(--at);width:2px;margin-left:-1px;background:#fff;'
    'box-shadow:0 0 2px #000"></div></div>'
)


@dataclass(frozen=True)
class Widget:
    """A piece of HTML that a notebook shows as it is.

    Examples
    --------
    >>> Widget("<b>1/5</b>").html  # a notebook shows it in bold
    '<b>1/5</b>'
    """

    html: str

    def _repr_html_(self) -> str:
        return self.html


def weight_map(pictures: Mapping[str, Tensor], alpha: Alpha = "1/5") -> Widget:
    """Eqs 4-7 on a picture from disk or one of the given, live as alpha moves: initial map, mask, share and histogram.

    Parameters
    ----------
    pictures : dict of name -> Tensor, (3, H, W), uint8
        Embedded losslessly, so that the mask is that of `hfsr.selection_mask`, element by element.
    alpha : float, int or str
        What the slider begins with, at most 1/2.

    Examples
    --------
    >>> import torch
    >>> "customElements" in weight_map({"grey": torch.zeros(3, 8, 8, dtype=torch.uint8)}).html
    True
    """
    images = "".join(
        _img(image, f"photograph: {name}", f' data-name="{escape(name)}"') for name, image in pictures.items()
    )
    element = f'<hfsr-weight-map alpha="{parse_alpha(alpha)}">{images}</hfsr-weight-map>'
    return Widget(f"{element}\n{scripts('method', 'pictures', 'weightmap')}")


def scripts(*names: str) -> str:
    """Scripts of this folder as one, with names of its own.

    Examples
    --------
    >>> "function weightMap" in scripts("method")
    True
    """
    text = "\n".join((files("hfsr.report.widgets") / f"{name}.js").read_text(encoding="utf-8") for name in names)
    return f"<script>\n(() => {{\n{text}}})();\n</script>"


def before_after(before: tuple[str, Tensor], after: tuple[str, Tensor], zoom: int = 4) -> Widget:
    """A slider between two pictures of one size: the first shows left of it, the second right.

    Parameters
    ----------
    before, after : (name, Tensor), (3, H, W), uint8
    zoom : int
        Screen pixels a pixel, where there is room.

    Examples
    --------
    >>> import torch
    >>> grey = torch.zeros(3, 8, 8, dtype=torch.uint8)
    >>> 'type="range"' in before_after(("bicubic", grey), ("network", grey)).html
    True
    """
    width = zoom * before[1].shape[-1]
    style = f' style="display:block;width:{width}px;image-rendering:pixelated;max-width:100%"'
    pictures = {
        key: _img(image, f"the same window of the picture: {name}", style)
        for key, (name, image) in (("before", before), ("after", after))
    }
    names = f"{escape(before[0])} (left) to {escape(after[0])} (right)"
    slide = "this.closest('figure').querySelector('div').style.setProperty('--at', this.value + '%')"
    return Widget(
        f'<figure style="margin:0.5rem 0;width:fit-content;max-width:100%">{SLIDER.format(**pictures)}'
        f'<figcaption style="text-align:left;width:0;min-width:100%"><label style="display:block">{names}'
        f'<input type="range" min="0" max="100" value="50" style="display:block;width:100%" '
        f'aria-label="How much is shown of {escape(before[0])}, in per cent" oninput="{slide}"></label></figcaption></figure>'
    )


def _img(image: Tensor, alt: str, more: str) -> str:
    file = io.BytesIO()
    Image.fromarray(to_rgb(image).permute(1, 2, 0).contiguous().cpu().numpy()).save(
        file, "WebP", lossless=True, quality=100
    )
    source = base64.b64encode(file.getvalue()).decode()
    return f'<img src="data:image/webp;base64,{source}" alt="{escape(alt)}"{more}>'
