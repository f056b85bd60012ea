"""GoogLeNet (Szegedy et al., "Going deeper with convolutions", CVPR 2015) with batch normalisation.

The names of its weights are torchvision's, so that ImageNet weights saved for torchvision load as they are; torchvision
itself is not needed. As there, the "5x5" branch has a 3x3 kernel. Without the auxiliary heads, which only train.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class BasicConv(nn.Module):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return self.bn(self.conv(x)).relu_()


class Inception(nn.Module):
    """1x1, 1x1 + 3x3, 1x1 + 3x3, and pooling + 1x1 side by side.

    Args:
        inputs: channels.
        one: channels of the 1x1 branch.
        three: channels of the second branch, before and after its 3x3.
        five: the same of the third.
        pooled: channels of the pooling branch.
    """

    def __init__(self, inputs: int, one: int, three: tuple[int, int], five: tuple[int, int], pooled: int) -> None:
        super().__init__()
        self.branch1 = BasicConv(inputs, one, 1)
        self.branch2 = nn.Sequential(BasicConv(inputs, three[0], 1), BasicConv(*three, 3))
        self.branch3 = nn.Sequential(BasicConv(inputs, five[0], 1), BasicConv(*five, 3))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, padding=1, ceil_mode=True), BasicConv(inputs, pooled, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


class GoogLeNet(nn.Module):
    """Pictures (B, 3, h, w) -> (B, 1024, ~h / 32, ~w / 32)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = BasicConv(3, 64, 7, stride=2)
        self.conv2 = BasicConv(64, 64, 1)
        self.conv3 = BasicConv(64, 192, 3)
        self.inception3a = Inception(192, 64, (96, 128), (16, 32), 32)
        self.inception3b = Inception(256, 128, (128, 192), (32, 96), 64)
        self.inception4a = Inception(480, 192, (96, 208), (16, 48), 64)
        self.inception4b = Inception(512, 160, (112, 224), (24, 64), 64)
        self.inception4c = Inception(512, 128, (128, 256), (24, 64), 64)
        self.inception4d = Inception(512, 112, (144, 288), (32, 64), 64)
        self.inception4e = Inception(528, 256, (160, 320), (32, 128), 128)
        self.inception5a = Inception(832, 256, (160, 320), (32, 128), 128)
        self.inception5b = Inception(832, 384, (192, 384), (48, 128), 128)
        self.halve = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.last_halve = nn.MaxPool2d(2, 2, ceil_mode=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.halve(self.conv1(x))
        x = self.halve(self.conv3(self.conv2(x)))
        x = self.halve(self.inception3b(self.inception3a(x)))
        for block in (self.inception4a, self.inception4b, self.inception4c, self.inception4d, self.inception4e):
            x = block(x)
        return self.inception5b(self.inception5a(self.last_halve(x)))
