import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hfsr.studies import correctness


@given(st.lists(st.booleans(), min_size=1, max_size=50))
def test_packed_answers_come_back(values):
    packed = correctness.pack(np.array(values))
    assert correctness.unpack(packed, len(values)).tolist() == values
    assert len(packed) == 2 * -(-len(values) // 8)
    assert json.loads(json.dumps(packed)) == packed
