"""The lecture's leaderboard for tests/tests/models/forward/leaderboard.rs: modules of torchvision, timm
and pretrainedmodels (Cadene), made small. PyramidNet and AmoebaNet, which these lack, are transcribed
in pyramidnet.py and amoebanet.py.
"""

import re

import numpy
import torch
import torch.nn.functional as F
from pretrainedmodels.models import nasnet, pnasnet
from pretrainedmodels.models.polynet import PolyNet
from timm.models.dpn import DPN
from timm.models.inception_resnet_v2 import InceptionResnetV2
from timm.models.resnet import Bottleneck as BottleneckD, ResNet as ResNetD
from timm.models.senet import SEBottleneck, SENet
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

from amoebanet import AmoebaNet
from formula import around_zero, image_bytes, imagenet, normalised, show
from pyramidnet import PyramidNet

CLASSES = 5


def single(x):
    """The network holds its constants as f32."""
    return float(numpy.float32(x))


# ---- What the packages have, made small


def two_stages(net, channels):
    net.layer3, net.layer4 = nn.Identity(), nn.Identity()
    net.fc = net.last_linear = nn.Linear(channels, CLASSES)
    return net


def resnet(block):
    net = ResNet(block, [1, 2, 1, 1])
    return two_stages(net, 128 * block.expansion)


def resnet_v1d():
    net = ResNetD(
        BottleneckD, (1, 2), channels=(64, 128), stem_width=32, stem_type="deep", avg_down=True)
    return two_stages(net, 512)


def resnext():
    net = ResNet(Bottleneck, [1, 2, 1, 1], groups=8, width_per_group=4)
    return two_stages(net, 512)


def senet():
    net = SENet(
        SEBottleneck, (1, 2, 1, 1), groups=64, reduction=16, inplanes=128,
        input_3x3=True, downsample_kernel_size=3, downsample_padding=1)
    return two_stages(net, 512)


def dpn():
    return DPN(
        (1, 2), (16, 32), k_r=16, groups=4, num_init_features=16, num_classes=CLASSES)


def inception_resnet():
    net = InceptionResnetV2(num_classes=CLASSES)
    net.repeat, net.repeat_1, net.repeat_2 = net.repeat[:1], net.repeat_1[:1], net.repeat_2[:1]
    for block in (*net.repeat, *net.repeat_1, *net.repeat_2):
        block.scale = single(block.scale)
    return net


def poly():
    """One module of each kind, with the scales of a network that is so short: the published ones are
    these, rounded to six digits."""
    net = PolyNet(CLASSES)
    net.stage_a, net.stage_b, net.stage_c = net.stage_a[:1], net.stage_b[:2], net.stage_c[:2]
    for k, module in enumerate([*net.stage_a, *net.stage_b, *net.stage_c]):
        module.scale = single(1 - k / 130)
    net.avg_pool = nn.AdaptiveAvgPool2d(1)
    return net


def nasnet_a():
    net = nasnet.NASNetALarge(CLASSES, stem_filters=8, penultimate_filters=24 * 8)
    net.avg_pool = nn.AdaptiveAvgPool2d(1)
    return net


class PNasNet(nn.Module):
    """pretrainedmodels' cells; its network has fixed widths."""

    def __init__(self, f, stem):
        super().__init__()
        self.conv0 = nn.Conv2d(3, stem, 3, 2, bias=False)
        self.bn0 = nn.BatchNorm2d(stem, eps=1e-3)
        self.stem0 = pnasnet.CellStem0(stem, f // 4, stem, f // 4)
        down = dict(is_reduction=True)
        fit = dict(match_prev_layer_dimensions=True)
        cells, channels = [], [stem, 5 * f // 4]
        # The reduction of the stages sees an even size, as at 331: hence the zero padding.
        for width, how in (
            (f // 2, down | fit), (f, fit), (f, {}),
            (2 * f, down | dict(zero_pad=True)), (2 * f, fit), (4 * f, down), (4 * f, fit),
        ):
            cells.append(pnasnet.Cell(channels[-2], width, channels[-1], width, **how))
            channels.append(5 * width)
        self.cells, self.fc = nn.ModuleList(cells), nn.Linear(channels[-1], CLASSES)

    def forward(self, x):
        states = [self.bn0(self.conv0(x))]
        states.append(self.stem0(states[0]))
        for cell in self.cells:
            states.append(cell(states[-2], states[-1]))
        return self.fc(F.relu(states[-1]).mean((2, 3)))


# ---- The order of the layers in the model files, where it is not that of the calls


def in_front(moved, of):
    """Layers that match `moved` go in front of the first that matches `of`, within one group 1."""

    def parents(pattern, names):
        matches = ((name, re.match(pattern, name)) for name in names)
        return {name: match[1] for name, match in matches if match}

    def order(names):
        moving, first = parents(moved, names), parents(of, names)
        for parent in dict.fromkeys(moving.values()):
            at = next((n for n in names if first.get(n) == parent), None)
            if at is not None:
                part = [n for n in names if moving.get(n) == parent]
                rest = [n for n in names if moving.get(n) != parent]
                i = rest.index(at)
                names = rest[:i] + part + rest[i:]
        return names

    return order


def dpn_normalised(image):
    """`mean [124, 117, 104], std (1/0.0167)`."""
    return normalised(image, [0.0167] * 3, [-0.0167 * m for m in (124, 117, 104)])


def main():
    def photo(size, normalise=imagenet):
        return normalise(image_bytes(size, size, 3))

    show("RESNET_18", resnet(BasicBlock), photo(32))
    show("RESNET_50", resnet(Bottleneck), photo(32))
    show("RESNET_V1D", resnet_v1d(), photo(31))
    show("RESNEXT", resnext(), photo(32))
    # The excitation is part of the residual, which stands in front of the shortcut.
    show("SENET", senet(), photo(32), in_front(r"(.*)\.se_module\.", r"(.*)\.downsample\."))
    show("DPN", dpn(), photo(32, dpn_normalised))
    show("PYRAMIDNET", PyramidNet([1, 2], 20, 8, CLASSES), photo(33))
    show("INCEPTION_RESNET", inception_resnet(), photo(75, around_zero))
    # The older state is fitted before the cell begins.
    fit_first = in_front(r"(cell_stem_1)\.(?:path|final)", r"(cell_stem_1)\.conv_1x1")
    show("NASNET", nasnet_a(), photo(43, around_zero), fit_first)
    # The sum that another one reads is named first.
    named_first = in_front(r"(.*)\.comb_iter_2_", r"(.*)\.comb_iter_0_")
    show("PNASNET", PNasNet(8, 8), photo(43, around_zero), named_first)
    named_first = {
        "a": [("normal.[67]", "normal.[23]"), ("reduction.[45]", "reduction.[23]")],
        "b": [("normal.[67]", "normal.[23]")],
        "c": [("reduction.[45]", "reduction.[23]"), ("combine", "reduction.[23]")],
    }
    for cell, moves in named_first.items():
        def order(names, moves=moves):
            for moved, of in moves:
                names = in_front(rf"(cells.\d+).{moved}\.", rf"(cells.\d+).{of}\.")(names)
            return names

        net = AmoebaNet(cell, 16, 2, 8, 35, CLASSES)
        show(f"AMOEBANET_{cell.upper()}", net, photo(35, around_zero), order)
    show("POLYNET", poly(), photo(75))
