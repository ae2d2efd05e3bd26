"""What a page holds of a picture is the picture."""

import io
import re
from base64 import b64decode

import numpy as np
from PIL import Image

from hfsr.report.widgets import weight_map


def test_pictures_of_the_weight_map_are_embedded_losslessly(photograph):
    picture = photograph("coffee")[:, :40, :50]
    (source,) = re.findall(r"base64,([^\"]+)", weight_map({"a": picture}).html)
    with Image.open(io.BytesIO(b64decode(source))) as shown:
        assert np.array_equal(np.asarray(shown), picture.permute(1, 2, 0))
