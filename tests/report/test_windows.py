import torch

from hfsr import upscale
from hfsr.data import photographs
from hfsr.report import windows


def test_the_window_is_where_the_networks_differ(monkeypatch):
    """Of two that upscale alike but for a patch, it holds the patch, and the truth's window is the same place."""
    hr = photographs.load("embedded-held-out").hr[0]

    def altered(lr, network):
        image = upscale(lr, "bicubic").clone()
        if network == "other":
            image[:, 100:140, 60:120] = 255 - image[:, 100:140, 60:120]
        return image

    monkeypatch.setattr(windows, "upscale", altered)
    found = next(iter(windows.most_different({"one": "one", "other": "other"}).values()))
    differs = (found["one"] != found["other"]).any(dim=0)
    assert differs.sum() > 0.9 * 40 * 60
    truth = found["ground truth"]
    places = hr.unfold(1, 64, 1).unfold(2, 96, 1)[0]
    assert (places == truth[0]).flatten(2).all(dim=2).any()
    assert truth.dtype == torch.uint8
