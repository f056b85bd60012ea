"""Small or random networks in the files that people have them in."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import torch

from core.models.googlenet import GoogLeNet


def write_googlenet(path: Path, seed: int = 0) -> GoogLeNet:
    """Writes random weights under all the names of torchvision's file, and returns the network that has them."""
    torch.manual_seed(seed)
    model = GoogLeNet()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():  # one look at noise, or hardly anything of a picture would reach the last layer
        model(torch.randn(4, 3, 96, 96))
    model.eval()
    heads = {
        "fc.weight": torch.zeros(10, 1024),
        "aux1.conv.conv.weight": torch.zeros(2),
        "aux2.fc1.bias": torch.ones(3),
    }
    torch.save({**model.state_dict(), **heads}, path)
    return model


def write_onnx(path: Path, weights: np.ndarray, pooled: str = "pool5/7x7_s1_1") -> Path:
    """Writes a network in ONNX: 1x1 convolution, ReLU, pooling over 224x224, softmax of three sums.

    Args:
        weights: (C, 3) float32 of the convolution.
        pooled: what the pooling is called.
    """
    channels = len(weights)
    nodes = [
        _node("Conv", ["data_0", "w"], "conv", kernel_shape=[1, 1]),
        _node("Relu", ["conv"], "relu"),
        _node("AveragePool", ["relu"], pooled, kernel_shape=[224, 224]),
        _node("Reshape", [pooled, "shape"], "flat"),
        _node("Gemm", ["flat", "fc"], "classifier"),
        _node("Softmax", ["classifier"], "prob_1"),
    ]
    tensors = [
        _tensor("w", weights[:, :, None, None].astype(np.float32)),
        _tensor("shape", np.array([1, channels], np.int64)),
        _tensor("fc", np.ones((channels, 3), np.float32)),
    ]
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, "made") + b"".join(_field(5, t) for t in tensors)
    graph += _field(11, _declared("data_0", (1, 3, 224, 224))) + _field(12, _declared("prob_1", (1, 3)))
    path.write_bytes(_field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 12)))
    return path


def _node(kind: str, inputs: list[str], output: str, **lists: list[int]) -> bytes:
    made = b"".join(_field(1, name) for name in inputs) + _field(2, output) + _field(4, kind)
    for name, values in lists.items():
        made += _field(5, _field(1, name) + b"".join(_field(8, value) for value in values) + _field(20, 7))
    return made


def _tensor(name: str, values: np.ndarray) -> bytes:
    kind = 1 if values.dtype == np.float32 else 7
    return (
        b"".join(_field(1, n) for n in values.shape) + _field(2, kind) + _field(8, name) + _field(9, values.tobytes())
    )


def _declared(name: str, shape: tuple[int, ...]) -> bytes:
    dimensions = b"".join(_field(1, _field(1, n)) for n in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, dimensions)))


def _field(number: int, value: int | str | bytes) -> bytes:
    """One field of a protocol buffer, which ONNX files are."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    value = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    made = b""
    while value > 127:
        made, value = made + struct.pack("B", value & 127 | 128), value >> 7
    return made + struct.pack("B", value)
