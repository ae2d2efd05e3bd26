"""Data: photographs for super-resolution, labelled images for classification, and fetching what is not there.

`photographs.load` and `labelled.load` read; `fetch.fetch` downloads official archives; `describe` lists what is known.
"""

from hfsr.data.catalogue import describe

__all__ = ["describe"]
