"""Pictures as uint8 tensors (C, H, W): read, write, convert, crop, and MATLAB's bicubic resizing (Section IV.A).

Pictures of other kinds, with what travels with them, are in `hfsr.images.picture`; `hfsr.upscale` takes their pixels.
"""

from hfsr.images.bicubic import resize_bicubic
from hfsr.images.convert import crop_to_multiple, to_float, to_rgb, to_uint8
from hfsr.images.files import SUFFIXES, check_target, read, write

__all__ = [
    "SUFFIXES",
    "check_target",
    "crop_to_multiple",
    "read",
    "resize_bicubic",
    "to_float",
    "to_rgb",
    "to_uint8",
    "write",
]
