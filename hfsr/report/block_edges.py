"""Whether the method trains on JPEG's block edges: what the published measurements of the ground truth say."""

import numpy as np
import pandas as pd

from hfsr.analysis.detail import TRUTH
from hfsr.analysis.statistics import of_mean
from hfsr.report import tables


def selected(recipe: str = "bench") -> pd.DataFrame:
    """The fraction of elements that alpha = 1/5 selects at the edges of 8 x 8 blocks and inside of them, set by set.

    Returns
    -------
    DataFrame
        A row a set: ``pictures``, ``at edges`` and ``inside``, means over them; ``mean``, ``low`` and ``high`` of the
        difference in percentage points, with a 95 % interval over the pictures; its ``sign``, 0 where that holds zero.

    Raises
    ------
    UserError
        If a record is stale.

    Examples
    --------
    >>> table = selected()
    >>> bool(table.loc["bsd100", "low"] > 0)  # whose ground truth is JPEG files
    True
    """
    rows = {}
    for study in ("frequency", "confirmation"):
        for record in tables.published(recipe, study).get(TRUTH, []):
            for name, measured in record.per_image.items():
                edges, inside = np.array(measured["selected_at_edges"]), np.array(measured["selected_inside"])
                difference = of_mean(100 * (edges - inside))
                rows[name] = {
                    "pictures": len(edges),
                    "at edges": edges.mean(),
                    "inside": inside.mean(),
                    **difference._asdict(),
                    "sign": difference.sign,
                }
    return pd.DataFrame(rows).T.astype({"pictures": int, "sign": int})
