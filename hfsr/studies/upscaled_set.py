"""A labelled set upscaled as a whole: what it is made of, and the record that it has (Section IV.C)."""

from dataclasses import dataclass
from typing import ClassVar

from hfsr.errors import UserError
from hfsr.studies import changed, digests, flops
from hfsr.studies.flops import Work
from hfsr.studies.records import Record, Settings
from hfsr.studies.run import Run
from hfsr.studies.upscaler import Upscaler, called


@dataclass(frozen=True, kw_only=True)
class UpscaledRecord(Record):
    """What an upscaled set has beside its array.

    Parameters
    ----------
    enlarger_sha256 : str or None
        Of the network's file.
    precision : {"bf16", "float32"} or None
        What the network multiplied in.
    sha256 : str
        Of the array's file.
    images_per_second : float or None
    thousands : dict of str -> list of int
        Bytes as PNG of every thousand images, from which an interval can be had.
    encoders : dict
        Settings of OpenCV's encoder.
    sharpening : float, optional
        The amount, where the images were sharpened, see `hfsr.analysis.sharpen`.

    Examples
    --------
    >>> from hfsr.studies import published
    >>> published.read(UpscaledRecord, "cifar10-bicubic").run.command
    'hfsr upscale cifar10 --model bicubic'
    """

    folder: ClassVar[str] = "upscaled"

    enlarger_sha256: str | None
    precision: str | None
    sha256: str
    images_per_second: float | None
    thousands: dict[str, list[int]]
    encoders: dict[str, list[int]]
    sharpening: float | None = None

    @property
    def run(self) -> "UpscaledSet":
        """The set that it describes."""
        return UpscaledSet(str(self.data.name), called(self.method))

    @property
    def speed(self) -> float | None:
        done = self.run.work.training
        images = self.data.images + (self.data.test_images or 0)
        return done * self.images_per_second / images if done and self.images_per_second else None

    def problems(self) -> list[str]:
        network = called(self.method).network
        return changed.weights(network, self.enlarger_sha256) if self.enlarger_sha256 else []


@dataclass(frozen=True)
class UpscaledSet(Run):
    """A labelled set whose images are twice as large, or sharpened.

    Parameters
    ----------
    dataset : str
        A name for `hfsr.data.labelled.load`.
    upscaler : Upscaler

    Examples
    --------
    >>> UpscaledSet("cifar10", called("bicubic")).command
    'hfsr upscale cifar10 --model bicubic'
    """

    dataset: str
    upscaler: Upscaler

    study: ClassVar[str] = "upscaled"
    record_type: ClassVar[type[UpscaledRecord]] = UpscaledRecord

    @property
    def name(self) -> str:
        return f"{self.dataset}-{self.upscaler.name}"

    @property
    def title(self) -> str:
        return self.name

    @property
    def command(self) -> str:
        return f"hfsr upscale {self.dataset} --model {self.upscaler.name}"

    @property
    def requires(self) -> tuple[Run, ...]:
        """The training of the network, where that is not published."""
        made_by = self.upscaler.made_by
        return (made_by,) if made_by and not self.upscaler.is_published else ()

    @property
    def digest(self) -> str | None:
        return self.upscaler.digest

    @property
    def work(self) -> Work:
        return flops.upscaling(self.dataset, *self.upscaler.architecture)

    def identity(self) -> Settings:
        return {"study": self.study, "method": self.upscaler.name, "data": self.dataset}

    def inputs(self) -> Settings:
        return digests.labelled_set(self.dataset) | used(self.upscaler)


def used(upscaler: Upscaler) -> Settings:
    """The digest of an upscaler's network, as records hold it; empty where the network is not there yet.

    Examples
    --------
    >>> used(called("bicubic"))  # no network
    {'enlarger_sha256': None}
    """
    try:
        return {"enlarger_sha256": upscaler.digest}
    except UserError:
        return {}
