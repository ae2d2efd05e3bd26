"""Networks in the form of hubs, by huggingface_hub's own mixin: `from_pretrained` and `save_pretrained`.

They work on a folder of ``config.json`` and ``model.safetensors``, or on a hub's repository of the same files. The networks are
subclasses, as the others must work without huggingface_hub (extra ``hub``).
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from huggingface_hub import ModelCard, PyTorchModelHubMixin
from safetensors import safe_open

from hfsr.errors import UserError
from hfsr.files import atomic
from hfsr.models import srcnn, store, wdsr

ITS_OWN = {"skip.0.bias": wdsr.WDSR, "last.bias": srcnn.SRCNN}  # a weight that no other network has

CARD = """---
{{ card_data }}
---

# {{ name | default("A network of hfsr") }}

Takes float images (N, 3, H, W) in [0, 1] and gives (N, 3, {{ size }}), about [0, 1].
With the extra `hub` of the package hfsr:

```python
from hfsr.formats.hub import {{ network }}

network = {{ network }}.from_pretrained("the folder or repository that this card lies in")
```
"""


class _Shared(PyTorchModelHubMixin, library_name="hfsr", pipeline_tag="image-to-image", model_card_template=CARD):
    """What both networks tell the mixin."""

    scale: int

    def generate_model_card(self, *args: Any, **facts: Any) -> ModelCard:
        size = "H, W" if self.scale == 1 else f"{self.scale}H, {self.scale}W"
        return super().generate_model_card(*args, network=type(self).__name__, size=size, **facts)

    @classmethod
    def _from_pretrained(cls, *, strict: bool = True, **options: Any) -> Any:
        """Refuse weights that are missing or too many, and lay them out as `hfsr.load_model` does: equal to the bit."""
        return super()._from_pretrained(strict=strict, **options).to(memory_format=torch.channels_last)

    @classmethod
    def _load_as_safetensor(cls, model: Any, model_file: str, *options: Any) -> Any:
        """Refuse what is another network's, and name the class that reads it."""
        with safe_open(model_file, framework="pt") as file:
            held = [network for weight, network in ITS_OWN.items() if weight in file.keys()]  # noqa: SIM118 - not a dict
        for network in held:
            if not issubclass(cls, network):
                name = network.__name__
                raise UserError(
                    f"{Path(model_file).parent}: holds a network {name}; hfsr.formats.hub.{name}.from_pretrained reads it"
                )
        return super()._load_as_safetensor(model, model_file, *options)

    @classmethod
    def _load_as_pickle(cls, model: Any, model_file: str, *_: Any) -> Any:
        """What the mixin does where there is no ``model.safetensors``: refused, as a pickle can run code."""
        raise UserError(f"{model_file}: a pickle, which hfsr never loads; the repository has no model.safetensors")


class WDSR(wdsr.WDSR, _Shared):
    """`hfsr.models.WDSR` with `from_pretrained`, `save_pretrained` and `push_to_hub`.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> WDSR(blocks=1).save_pretrained(folder)
    >>> WDSR.from_pretrained(folder).settings["blocks"]
    Loading weights from local directory
    1
    """


class SRCNN(srcnn.SRCNN, _Shared):
    """`hfsr.models.SRCNN` with `from_pretrained`, `save_pretrained` and `push_to_hub`.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> SRCNN(scale=3).save_pretrained(folder)
    >>> SRCNN.from_pretrained(folder).scale
    Loading weights from local directory
    3
    """


def export(model: str | Path, target: Path | str, half: bool = False) -> None:
    """Write a network as a folder of ``config.json``, ``model.safetensors`` and a model card, ``README.md``.

    The configuration holds the facts of `hfsr.models.store.load_to_export`, ``network`` (the class here that reads the folder)
    and its settings.

    Parameters
    ----------
    model : str or path
        A published network's name, or a ``.safetensors`` file.
    target : path of a folder
        Made where missing; each of the three files is replaced atomically.
    half : bool
        Store the weights as float16: half the size, and the same numbers, as the package keeps them so too.

    Raises
    ------
    UserError
        If there is no such network, it is a classifier, or the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> export("srcnn", folder)
    >>> sorted(path.name for path in folder.iterdir())
    ['README.md', 'config.json', 'model.safetensors']
    """
    network, facts = store.load_to_export(model)
    shared = (WDSR if isinstance(network, wdsr.WDSR) else SRCNN)(**network.settings)
    shared.load_state_dict(network.state_dict())
    if half:
        shared.half()
    card = shared.generate_model_card(name=facts["name"])
    if "licence" in facts:
        card.data["license"] = str(facts["licence"]).lower()  # as hubs spell it
    with TemporaryDirectory() as made:
        card.save(f"{made}/README.md")
        shared.save_pretrained(made, config={"network": type(shared).__name__, **facts, **network.settings})
        for file in Path(made).iterdir():
            with atomic(Path(target) / file.name) as part:
                shutil.copyfile(file, part)
