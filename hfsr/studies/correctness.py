"""Which test images a classifier got right, in a form small enough for a record."""

import numpy as np
from numpy.typing import NDArray


def pack(correct: NDArray[np.bool_]) -> str:
    """Truth values as hexadecimal digits, four a digit.

    Parameters
    ----------
    correct : array of bool, (N,)

    Returns
    -------
    str
        Two digits for every eight values, the last filled up with zeros.

    Examples
    --------
    >>> pack(np.array([True, False, False, True, True])), unpack("98", 5).tolist()
    ('98', [True, False, False, True, True])
    """
    return np.packbits(correct).tobytes().hex()


def unpack(digits: str, count: int) -> NDArray[np.bool_]:
    """The truth values behind `pack`'s digits.

    Parameters
    ----------
    digits : str
    count : int
        How many there are.

    Returns
    -------
    array of bool, (`count`,)

    Raises
    ------
    ValueError
        For other letters than hexadecimal digits.

    Examples
    --------
    >>> unpack("98", 5).tolist()
    [True, False, False, True, True]
    """
    return np.unpackbits(np.frombuffer(bytes.fromhex(digits), np.uint8), count=count).astype(bool)
