"""AmoebaNet for ImageNet, transcribed from tensorflow/tpu's amoeba_net: the cells of model_specs.py, run as
network_utils.py and model_builder.py run them.
"""

import torch
import torch.nn.functional as F
from torch import nn

NORMAL = {
    "a": (
        ["avg_3", "max_3", "sep_3", "none", "none", "avg_3", "sep_3", "sep_5", "avg_3", "sep_3"],
        [0, 0, 1, 1, 0, 1, 0, 2, 5, 0],
        [1, 0, 1, 0, 0, 1, 0],
    ),
    "b": (
        ["1x1", "max_3", "none", "sep_3", "1x1", "sep_3", "1x1", "none", "avg_3", "1x1"],
        [1, 1, 1, 0, 1, 0, 2, 2, 1, 5],
        [0, 1, 1, 0, 0, 1, 0],
    ),
    "c": (
        ["avg_3", "sep_3", "none", "sep_3", "avg_3", "sep_3", "none", "sep_3", "avg_3", "sep_3"],
        [0, 0, 0, 0, 2, 1, 0, 1, 3, 0],
        [1, 0, 0, 1, 0, 0, 0],
    ),
}
# B's `dil_2_separable_5x5_2` is run by TensorFlow's model as a plain separable 5x5: so here.
REDUCTION = {
    "a": (
        ["sep_3", "avg_3", "max_3", "sep_7", "max_3", "max_3", "sep_3", "1x7_7x1", "avg_3", "sep_7"],
        [1, 0, 0, 2, 1, 0, 4, 0, 1, 0],
        [1, 1, 0, 0, 0, 0, 0],
    ),
    "b": (
        ["max_2", "max_3", "none", "3x3", "sep_5", "max_3", "none", "sep_3", "avg_3", "1x1"],
        [0, 0, 2, 1, 2, 2, 3, 1, 4, 3],
        [1, 1, 1, 1, 1, 0, 0],
    ),
    "c": (
        ["max_3", "max_3", "sep_7", "sep_3", "sep_7", "max_3", "sep_5", "sep_5", "max_3", "sep_3"],
        [0, 0, 2, 0, 0, 1, 4, 4, 1, 1],
        [0, 1, 0, 0, 0, 0, 0],
    ),
}


def same(x, kernel, stride, value=0.0):
    """Pads as TensorFlow's SAME: the odd pixel goes to the bottom and right."""
    (kh, kw), (sh, sw) = kernel, stride
    h, w = x.shape[2:]
    down = max((-(-h // sh) - 1) * sh + kh - h, 0)
    across = max((-(-w // sw) - 1) * sw + kw - w, 0)
    return F.pad(x, (across // 2, across - across // 2, down // 2, down - down // 2), value=value)


def conv(i, o, k, stride=1):
    return nn.Conv2d(i, o, k, stride, bias=False)


def bn(c):
    return nn.BatchNorm2d(c, eps=1e-3)


class SameConv(nn.Module):
    def __init__(self, i, o, kernel, stride=(1, 1), groups=1):
        super().__init__()
        self.conv = nn.Conv2d(i, o, kernel, stride, groups=groups, bias=False)

    def forward(self, x):
        return self.conv(same(x, self.conv.kernel_size, self.conv.stride))


def relu_conv(i, o, kernel=(1, 1), stride=(1, 1)):
    return [nn.ReLU(), SameConv(i, o, kernel, stride), bn(o)]


class SamePool(nn.Module):
    def __init__(self, kind, k, stride):
        super().__init__()
        self.kind, self.k, self.stride = kind, (k, k), (stride, stride)

    def forward(self, x):
        if self.kind == "max":
            return F.max_pool2d(same(x, self.k, self.stride, float("-inf")), self.k, self.stride)
        inside = same(torch.ones_like(x), self.k, self.stride)
        total = F.avg_pool2d(same(x, self.k, self.stride), self.k, self.stride)
        return total / F.avg_pool2d(inside, self.k, self.stride)


class FactorizedReduction(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.stride = stride
        if stride == 1:
            self.path = conv(i, o, 1)
        else:
            self.path1, self.path2 = conv(i, o // 2, 1), conv(i, o - o // 2, 1)
        self.bn = bn(o)

    def forward(self, x):
        if self.stride == 1:
            return self.bn(self.path(x))
        shifted = F.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]
        paths = self.path1(x[:, :, ::2, ::2]), self.path2(shifted[:, :, ::2, ::2])
        return self.bn(torch.cat(paths, 1))


def operation(name, i, f, stride):
    if name.startswith("sep"):
        k = int(name[-1])
        parts = []
        for c, s in ((i, stride), (f, 1)):
            parts += [nn.ReLU(), SameConv(c, c, (k, k), (s, s), groups=c), conv(c, f, 1), bn(f)]
        return nn.Sequential(*parts)
    if name.startswith(("max", "avg")):
        pool = [SamePool(name[:3], int(name[-1]), stride)]
        return nn.Sequential(*pool, *([conv(i, f, 1), bn(f)] if i != f else []))
    if name in ("none", "1x1"):
        if name == "1x1" or stride > 1 or i != f:
            return nn.Sequential(*relu_conv(i, f, (1, 1), (stride, stride)))
        return nn.Identity()
    q = f // 4
    if name == "3x3":
        middle = relu_conv(q, q, (3, 3), (stride, stride))
    else:
        middle = relu_conv(q, q, (1, 7), (1, stride)) + relu_conv(q, q, (7, 1), (stride, 1))
    return nn.Sequential(*relu_conv(i, q), *middle, *relu_conv(q, f))


class AmoebaCell(nn.Module):
    """`before` and `now` are the channels and sizes of the older state, if any, and of the newer."""

    def __init__(self, spec, f, stride, before, now):
        super().__init__()
        operations, self.indices, used = spec
        self.reduce = nn.Identity()
        if before is None:
            before = now
        elif before[1] != now[1]:
            self.reduce, before = nn.Sequential(nn.ReLU(), FactorizedReduction(before[0], f, 2)), (f, now[1])
        elif before[0] != f:
            self.reduce, before = nn.Sequential(*relu_conv(before[0], f)), (f, now[1])
        self.begin = nn.Sequential(*relu_conv(now[0], f))
        small = -(-now[1] // stride)
        states = [(f, now[1]), before]
        ops = []
        for name, index in zip(operations, self.indices):
            ops.append(operation(name, states[index][0], f, stride if index < 2 else 1))
            if len(ops) % 2 == 0:
                states.append((f, small))
        # Named by the kind of cell, since the model file names the sums of each in an order of its own.
        self.kind = "normal" if stride == 1 else "reduction"
        self.add_module(self.kind, nn.ModuleList(ops))
        self.unused = [i for i, u in enumerate(used) if not u]
        self.combine = nn.ModuleDict()
        for i in self.unused:
            if states[i] != (f, small):
                s = 1 if states[i][1] == small else 2
                self.combine[str(i)] = FactorizedReduction(states[i][0], f, s)
        self.out = (f * len(self.unused), small)

    def forward(self, x, before):
        older = self.reduce(x if before is None else before)
        states = [self.begin(x), older]
        ops = self.get_submodule(self.kind)
        for left in range(0, 10, 2):
            h1, h2 = (ops[j](states[self.indices[j]]) for j in (left, left + 1))
            states.append(h1 + h2)
        kept = [self.combine[str(i)](states[i]) if str(i) in self.combine else states[i] for i in self.unused]
        return torch.cat(kept, 1)


class AmoebaNet(nn.Module):
    def __init__(self, cell, filters, n, stem, size, classes):
        super().__init__()
        self.conv0, self.bn0 = conv(3, stem, 3, 2), bn(stem)
        shapes = [None, (stem, (size - 3) // 2 + 1)]
        self.cells = nn.ModuleList()

        def add(spec, f, stride):
            self.cells.append(AmoebaCell(spec, f, stride, shapes[-2], shapes[-1]))
            shapes.append(self.cells[-1].out)

        add(REDUCTION[cell], filters // 4, 2)
        add(REDUCTION[cell], filters // 2, 2)
        for number in range(3 * n):
            f = filters * 2 ** (number // n)
            if number in (n, 2 * n):
                add(REDUCTION[cell], f, 2)
            add(NORMAL[cell], f, 1)
        self.fc = nn.Linear(shapes[-1][0], classes)

    def forward(self, x):
        states = [None, self.bn0(self.conv0(x))]
        for cell in self.cells:
            states.append(cell(states[-1], states[-2]))
        return self.fc(F.relu(states[-1]).mean((2, 3)))
