"""Windows of photographs to look at, chosen by where methods differ and not by us."""

from collections.abc import Mapping

from torch import Tensor, nn

from hfsr import upscale
from hfsr.analysis import evaluation
from hfsr.data import photographs

HEIGHT, WIDTH = 64, 96  # pixels


def most_different(networks: Mapping[str, nn.Module]) -> dict[str, dict[str, Tensor]]:
    """Of each held-out photograph the window in which the networks' results spread furthest from each other.

    Parameters
    ----------
    networks : dict of label -> Module
        Two or more that upscale x2.

    Returns
    -------
    dict of photograph -> dict of label -> Tensor, (3, 64, 96), uint8
        The window of the ground truth, of bicubic interpolation and of each network.

    Examples
    --------
    >>> from hfsr.models.store import load_model
    >>> found = most_different({"SRCNN": load_model("srcnn"), "1/5": load_model("wdsr-a1-5")})
    >>> list(found), list(found["coffee"])
    (['chelsea', 'coffee', 'flower'], ['ground truth', 'Bicubic', 'SRCNN', '1/5'])
    """
    held_out = photographs.load("embedded-held-out")
    found = {}
    for title, lr, hr in zip(held_out.names, held_out.lr, held_out.hr, strict=True):
        results = {label: upscale(lr, network) for label, network in networks.items()}
        top, left = evaluation.most_different(list(results.values()), HEIGHT, WIDTH)
        candidates = {"ground truth": hr, "Bicubic": upscale(lr, "bicubic")} | results
        found[title] = {label: image[:, top : top + HEIGHT, left : left + WIDTH] for label, image in candidates.items()}
    return found
