"""PyramidNet for ImageNet, transcribed from dyhan0920/PyramidNet-PyTorch."""

import torch
import torch.nn.functional as F
from torch import nn


def conv(i, o, k, stride=1, pad=None):
    return nn.Conv2d(i, o, k, stride, k // 2 if pad is None else pad, bias=False)


class PyramidBlock(nn.Module):
    def __init__(self, i, planes, stride):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(i), conv(i, planes, 1)
        self.bn2, self.conv2 = nn.BatchNorm2d(planes), conv(planes, planes, 3, stride)
        self.bn3, self.conv3 = nn.BatchNorm2d(planes), conv(planes, 4 * planes, 1)
        self.bn4 = nn.BatchNorm2d(4 * planes)
        self.down = nn.AvgPool2d(2, 2, ceil_mode=True) if stride != 1 else None

    def forward(self, x):
        out = self.conv1(self.bn1(x))
        out = self.conv2(F.relu(self.bn2(out)))
        out = self.bn4(self.conv3(F.relu(self.bn3(out))))
        shortcut = self.down(x) if self.down is not None else x
        n, c, h, w = out.shape
        zeros = torch.zeros(n, c - shortcut.shape[1], h, w)
        return out + torch.cat((shortcut, zeros), 1)


class PyramidNet(nn.Module):
    def __init__(self, layers, alpha, stem, classes):
        super().__init__()
        self.conv1, self.bn1 = conv(3, stem, 7, 2), nn.BatchNorm2d(stem)
        width, channels, blocks = float(stem), stem, []
        for stage, depth in enumerate(layers):
            for i in range(depth):
                width += alpha / sum(layers)
                blocks.append(PyramidBlock(channels, int(round(width)), 2 if stage > 0 and i == 0 else 1))
                channels = 4 * int(round(width))
        self.blocks = nn.Sequential(*blocks)
        self.bn_final, self.fc = nn.BatchNorm2d(channels), nn.Linear(channels, classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = F.relu(self.bn_final(self.blocks(x)))
        return self.fc(x.mean((2, 3)))
