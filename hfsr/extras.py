"""Which extra brings what: one line for a package that is not installed, instead of a traceback.

The method, the published models, their metrics and ``hfsr upscale`` need none of these.
"""

PACKAGES = {  # as they are imported; a test holds them against pyproject.toml
    "hub": ("huggingface_hub",),
    "onnx": ("onnx", "onnxruntime", "onnxscript"),
    "study": ("accelerate", "cv2", "msgspec", "pandas", "psutil", "scipy", "skimage", "sklearn", "torchvision"),
    "report": ("matplotlib", "seaborn"),
    "workflow": ("snakemake",),
}


def way_out(missing: str | None) -> str | None:
    """Say how to install the extra that has a package.

    Parameters
    ----------
    missing : str or None
        A module's full name, such as ``ModuleNotFoundError.name``.

    Returns
    -------
    str or None
        None for what no extra has: then it is no user's mistake.

    Examples
    --------
    >>> way_out("accelerate.utils")
    "pip install 'hfsr[study]' (accelerate is not installed)"
    """
    package = (missing or "").split(".")[0]
    extra = next((name for name, packages in PACKAGES.items() if package in packages), None)
    return f"pip install 'hfsr[{extra}]' ({package} is not installed)" if extra else None
