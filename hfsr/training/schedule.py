"""The learning rate as a function of the iteration."""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Schedule:
    """Learning rate as a function of the iteration.

    Parameters
    ----------
    peak : float
        The rate at the start, or after the warm-up.
    drops : tuple of (share, factor), optional
        From that share of the run on, the peak times the factor. Without drops: a cosine to zero.
    warmup : int
        Iterations of linear warm-up.
    linear : bool
        Without drops: a straight line to zero instead of the cosine.

    Examples
    --------
    >>> warming = Schedule(peak=0.1, warmup=10)
    >>> [round(warming.rate(step, 100), 3) for step in (0, 9, 99)]  # a cosine to zero after the warm-up
    [0.01, 0.1, 0.0]
    >>> triangle = Schedule(peak=0.1, warmup=10, linear=True)
    >>> [round(triangle.rate(step, 100), 3) for step in (9, 10, 55, 99)]
    [0.1, 0.1, 0.05, 0.001]
    """

    peak: float
    drops: tuple[tuple[float, float], ...] = ()
    warmup: int = 0
    linear: bool = field(default=False, metadata={"later": True})  # see `hfsr.studies.recipe.later`

    def rate(self, step: int, steps: int) -> float:
        """Learning rate of iteration `step`, counted from 0, of a run of `steps`.

        Examples
        --------
        >>> Schedule(peak=1.0, drops=((2 / 3, 0.5),)).rate(200, 300)
        0.5
        """
        if step < self.warmup:
            return self.peak * (step + 1) / self.warmup
        if self.drops:
            passed = [factor for share, factor in self.drops if step >= round(share * steps)]
            return self.peak * (passed[-1] if passed else 1.0)
        if self.linear:
            return self.peak * (steps - step) / (steps - self.warmup)
        return self.peak * (1 + math.cos(math.pi * (step - self.warmup) / (steps - self.warmup))) / 2
