"""Numbers of a published record beside those that came out here."""

from dataclasses import dataclass, field


@dataclass
class Again:
    """Numbers of a record, as it says them and as they come out here.

    Parameters
    ----------
    pairs : dict of str -> (list of number, list of number)
        Recorded and recomputed, of a metric: ``"set5/psnr_y_border2"``, one value a picture.
    texts : dict of str -> (str, str)
        The same of digests and answers.
    missing : list of str
        What could not be computed here, and why.
    trained : bool
        Whether a network was trained for it.
    briefly : bool
        Whether that was a training of the recipe `quick`, see `hfsr.studies.tolerance`.

    Examples
    --------
    >>> Again(missing=["set5 is not here"]).pairs
    {}
    """

    pairs: dict[str, tuple[list[float], list[float]]] = field(default_factory=dict)
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    trained: bool = False
    briefly: bool = False


def pair(found: Again, recorded: dict, computed: dict, prefix: str = "") -> None:
    """Put numbers of the same names side by side; one that the record lacks stands alone.

    Examples
    --------
    >>> found = Again()
    >>> pair(found, {"psnr": 30.0, "ssim": 0.9}, {"psnr": 30.1}, "set5")
    >>> found.pairs
    {'set5/psnr': ([30.0], [30.1])}
    """
    for name, values in computed.items():
        here = values if isinstance(values, list) else [values]
        kept = recorded.get(name, [])
        said = kept if isinstance(kept, list) else [kept]
        found.pairs[f"{prefix}/{name}" if prefix else name] = (said, here)
