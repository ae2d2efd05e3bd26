"""Draw overview.png: a held-out photograph, its weight map and the selected elements. Run it from anywhere."""

from pathlib import Path

from hfsr import selection_mask, weight_map
from hfsr.data import photographs
from hfsr.report import figures

ALPHA = "1/5"
PHOTOGRAPH, WINDOW = "coffee", (slice(None), slice(40, 360), slice(120, 560))


def main() -> None:
    """Write overview.png beside this file."""
    held_out = photographs.load("embedded-held-out")
    image = held_out.hr[held_out.names.index(PHOTOGRAPH)]
    strength = weight_map(image).abs().mul(4).clamp(max=255).byte()  # four times as bright: most differences are small
    mask = selection_mask(image, ALPHA).byte() * 255
    panels = {"photograph": image, "weight map": strength, f"mask, $\\alpha$ = {ALPHA}": mask}
    figure = figures.side_by_side({name: panel[WINDOW] for name, panel in panels.items()})
    figure.savefig(Path(__file__).with_suffix(".png"), metadata={"Software": None}, bbox_inches="tight")


if __name__ == "__main__":
    main()
