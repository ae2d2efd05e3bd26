"""How the numbers of `hfsr.weightmap` are made: exactly, and fast on a processor."""
