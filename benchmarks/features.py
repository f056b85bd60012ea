"""GoogLeNet's features: a batch of pictures at a time against one by one.

With random weights, because speed does not depend on them. Preparing the pictures counts on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from benchmarks.measuring import Result, peak_mb, timed
from core.features.googlenet import features
from core.features.space import Moment

COUNT = 64
HEIGHT, WIDTH = 360, 640
TOLERANCE = 1e-5


def googlenet_pool5() -> Result:
    """64 pictures of 640 x 360."""
    import torch

    from core.compute import choose_device
    from core.models.googlenet import GoogLeNet

    torch.manual_seed(0)
    device = choose_device("auto")
    model = GoogLeNet().to(device, memory_format=torch.channels_last).eval()
    pictures = np.random.default_rng(0).integers(0, 256, (COUNT, HEIGHT, WIDTH, 3), np.uint8)

    def moments(some: Iterable[np.ndarray]) -> list[Moment]:
        return [Moment(picture, picture, 0.0) for picture in some]

    features(model, moments(pictures[:8]))  # chooses its kernels
    features(model, moments(pictures[:1]))
    seconds, ours = timed(lambda: features(model, moments(pictures)), 3)
    peak = peak_mb()
    one_by_one, reference = timed(
        lambda: np.concatenate([features(model, moments([picture])) for picture in pictures]), 3
    )
    equal = float(np.abs(ours - reference).max()) <= TOLERANCE
    return Result(
        "googlenet-pool5",
        seconds,
        one_by_one,
        peak,
        equal,
        equal and (device.type == "cpu" or one_by_one >= 2 * seconds),
        f"the same rows within {TOLERANCE:g}; on a GPU twice as fast",
        {"pictures_per_second": round(COUNT / seconds, 1), "device": device.type},
    )
