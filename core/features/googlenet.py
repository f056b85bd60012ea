"""The space `googlenet-pool5`: GoogLeNet's last pooling layer, with the weights that torchvision publishes.

Prepared as CSTA and DSNet prepare videos of their own, one step left out included: torchvision's whole model, with
these weights, first rescales its input from ImageNet's mean and deviation to 0.5 and 0.5 (`transform_input`), as the
weights were trained. Both releases take the layers out of the model one by one, and that step is none of the layers.
We leave it out on purpose: checkpoints for this space are used on features that were made so, and with the step they
would get others. So these are not exactly what torchvision's model gives at its last pooling.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import InputError
from core.features.kinds import SpaceOptions
from core.features.pictures import centre_crop, rows_of
from core.features.space import FeatureSpace, Moment
from core.features.weights import published_file, torch_cache

if TYPE_CHECKING:
    from core.models.googlenet import GoogLeNet

ID = "googlenet-pool5"
LABEL = "GoogLeNet"
WIDTH = 1024
FILE = "googlenet-1378be20.pth"
URL = f"https://download.pytorch.org/models/{FILE}"
# Of ImageNet's red, green and blue, in 0..1.
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
# What torchvision's file holds beside the layers up to the last pooling.
HEADS = ("fc.", "aux1.", "aux2.")


def weights_are_here() -> bool:
    """Whether torchvision's file lies where torch keeps such files."""
    return (torch_cache() / FILE).is_file()


def missing() -> str:
    """Why the space cannot be opened by its id alone; "" where it can."""
    return "" if weights_are_here() else f"its weights ({FILE}) are not on this machine"


def open_space(options: SpaceOptions) -> FeatureSpace:
    """GoogLeNet with torchvision's weights; with any others, the space's id ends in their checksum.

    Raises:
        NotFoundError, InputError, CheckpointError: the weights are missing, damaged or of another network.
    """
    path, other = published_file(FILE, URL, "GoogLeNet", options)
    model = read_network(path, options.device)
    label = f"{LABEL} ({path.name})" if other else LABEL
    return FeatureSpace(f"{ID}-{other}" if other else ID, WIDTH, label, lambda moments: features(model, moments))


def read_network(path: Path, device: str = "auto") -> GoogLeNet:
    """The network with the weights of a file in torchvision's form.

    Raises:
        CheckpointError: the file is damaged or holds something else than weights.
        InputError: they are of another network.
    """
    import torch

    from core.compute import choose_device
    from core.models.googlenet import GoogLeNet
    from core.models.official.reading import read_state

    model = GoogLeNet()
    state = {name: value for name, value in read_state(path).items() if not name.startswith(HEADS)}
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise InputError(f"'{path.name}' does not hold GoogLeNet's weights.", f"torchvision's {FILE} does.") from error
    # Twice as fast on processors, and how pictures lie in memory anyway.
    network: Any = model.to(choose_device(device))  # torch's types know no memory format of a module
    return network.to(memory_format=torch.channels_last).eval()


def features(model: GoogLeNet, moments: Iterable[Moment]) -> np.ndarray:
    """One row per moment.

    Args:
        model: ready to predict, on any device.
        moments: with pictures of any size.

    Returns:
        (T, 1024) float32 of unit length.
    """
    import torch

    device = next(model.parameters()).device
    mean, deviation = (torch.tensor(values, device=device)[:, None, None] for values in (MEAN, DEVIATION))

    def pooled(crops: list[np.ndarray]) -> np.ndarray:
        with torch.inference_mode():
            x = torch.from_numpy(np.stack(crops)).to(device).permute(0, 3, 1, 2)
            return model((x / 255 - mean) / deviation).mean((2, 3)).cpu().numpy()

    return rows_of(moments, centre_crop, pooled)
