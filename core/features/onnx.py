"""The space `googlenet-caffe-pool5`: the Caffe-era GoogLeNet as an ONNX file, run by OpenCV without torch.

Another network than torchvision's, with other weights and other layers, so its features are a space of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.errors import InputError, NotFoundError
from core.features.kinds import SpaceOptions
from core.features.pictures import rows_of
from core.features.space import FeatureSpace

ID = "googlenet-caffe-pool5"
LABEL = "GoogLeNet (Caffe, as ONNX)"
WIDTH = 1024
LAYER = "pool5"
# Caffe's ImageNet pictures: all of one size whatever their shape, of which the network sees the middle.
STORED, SIDE = 256, 224
MEAN_BGR = np.array([104.0, 117.0, 123.0], np.float32)
CONVERTED = "Name the network converted to ONNX with --weights; the ONNX Model Zoo has it as bvlcgooglenet."


def open_space(options: SpaceOptions) -> FeatureSpace:
    """The network in the file that was named.

    Raises:
        NotFoundError: no file was named, or it is not there.
        InputError: it is not this network in ONNX.
    """
    if options.weights is None:
        raise NotFoundError(f"The space '{ID}' needs the file of its network.", CONVERTED)
    path = Path(options.weights).expanduser()
    if not path.is_file():
        raise NotFoundError(f"There is no file '{path}'.", CONVERTED)
    if path.suffix.lower() in (".caffemodel", ".prototxt"):
        raise InputError(f"OpenCV 5 no longer reads Caffe's files, such as '{path.name}'.", CONVERTED)
    pool5 = _network(path)
    return FeatureSpace(
        ID, WIDTH, LABEL, lambda moments: rows_of(moments, network_input, lambda inputs: pool5(inputs[0]), batch=1)
    )


def network_input(picture: np.ndarray) -> np.ndarray:
    """(h, w, 3) uint8 RGB -> (1, 3, 224, 224) float32 BGR with ImageNet's mean taken away."""
    import cv2

    stored = cv2.resize(picture, (STORED, STORED), interpolation=cv2.INTER_AREA)
    edge = (STORED - SIDE) // 2
    middle = stored[edge : edge + SIDE, edge : edge + SIDE, ::-1] - MEAN_BGR
    return np.ascontiguousarray(middle.transpose(2, 0, 1)[None])


def _network(path: Path) -> Callable[[np.ndarray], np.ndarray]:
    """From the input of one picture to (1, 1024). One at a time, because published files say so in their shapes."""
    import cv2

    try:
        # The new engine cannot be asked for a layer in the middle.
        net = cv2.dnn.readNetFromONNX(str(path), cv2.dnn.ENGINE_CLASSIC)
        # The first of that name is the pooling itself; dropout and reshaping follow.
        layer = next((name for name in net.getLayerNames() if LAYER in name), "")

        def pool5(x: np.ndarray) -> np.ndarray:
            net.setInput(x)
            return net.forward(layer).reshape(1, -1) if layer else net.forward().reshape(1, -1)

        width = pool5(np.zeros((1, 3, SIDE, SIDE), np.float32)).shape[1]
    except cv2.error as error:
        raise InputError(f"'{path.name}' cannot be read as a network in ONNX.", CONVERTED) from error
    if width != WIDTH:
        what = f"its layer '{LAYER}'" if layer else f"it has no layer '{LAYER}', and its end"
        raise InputError(f"'{path.name}' is not GoogLeNet: {what} gives {width} numbers, not {WIDTH}.", CONVERTED)
    return pool5
