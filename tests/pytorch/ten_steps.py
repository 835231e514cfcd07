"""The literals of tests/tests/training/ten_steps.rs: ten steps of SGD in PyTorch, in f64.

Not run by the tests. Usage: python ten_steps.py
"""

import torch
from torch import nn
from torch.nn import functional

SAMPLES, CLASSES, STEPS = 8, 5, 10


def numbers(count, seed):
    """Numbers between -1 and 1; the test has the same."""
    state, all = seed, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        all.append((state >> 8) / 2**23 - 1)
    return torch.tensor(all, dtype=torch.float64)


def conv(i, o, kernel, stride=1, groups=1):
    return nn.Conv2d(i, o, kernel, stride, kernel // 2, groups=groups, bias=False)


def bn(channels):
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


model = nn.Sequential(
    conv(3, 16, 3, 2), bn(16), nn.ReLU6(),
    conv(16, 16, 3, groups=16), bn(16), nn.ReLU6(),
    conv(16, 24, 1), bn(24), nn.ReLU6(),
    conv(24, 24, 3, 2, groups=24), bn(24), nn.ReLU6(),
    conv(24, 32, 1), bn(32), nn.ReLU(),
    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, CLASSES),
).double().train()

# The tensors in the order of the model's table, each in its canonical layout.
kernels, others, seed = [], [], 1
named = []
for layer in model:
    if isinstance(layer, nn.Conv2d):
        r, s = layer.kernel_size
        i, o = layer.in_channels // layer.groups, layer.out_channels
        fan = r * s * i
        values = numbers(r * s * i * o, seed) * (3 / fan) ** 0.5
        # HWIO, and HWCM for a depthwise one.
        hwio = values.reshape(r, s, i, o)
        layer.weight.data = hwio.permute(3, 2, 0, 1).contiguous()
        kernels.append(layer.weight)
        named.append(lambda w=layer.weight: w.permute(2, 3, 1, 0).reshape(-1))
        seed += 1
    elif isinstance(layer, nn.BatchNorm2d):
        layer.weight.data = 1 + numbers(layer.num_features, seed) / 4
        layer.bias.data = numbers(layer.num_features, seed + 1) / 4
        others += [layer.weight, layer.bias]
        named.append(lambda w=layer.weight: w)
        named.append(lambda b=layer.bias: b)
        named.append(lambda m=layer: m.running_mean)
        seed += 2
    elif isinstance(layer, nn.Linear):
        values = numbers(layer.in_features * layer.out_features, seed) * (3 / layer.in_features) ** 0.5
        layer.weight.data = values.reshape(layer.in_features, layer.out_features).T.contiguous()
        layer.bias.data = numbers(layer.out_features, seed + 1) / 4
        kernels.append(layer.weight)
        others.append(layer.bias)
        named.append(lambda w=layer.weight: w.T.reshape(-1))
        named.append(lambda b=layer.bias: b)
        seed += 2

images = numbers(STEPS * SAMPLES * 12 * 12 * 3, 100).reshape(-1, 12, 12, 3).permute(0, 3, 1, 2)
classes = torch.arange(STEPS * SAMPLES) * 7 % CLASSES
groups = [{"params": kernels, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0}]
optimizer = torch.optim.SGD(groups, lr=0.05, momentum=0.9)
starts = [of().detach().clone() for of in named]
for step in range(STEPS):
    batch = slice(step * SAMPLES, (step + 1) * SAMPLES)
    optimizer.zero_grad()
    loss = functional.cross_entropy(model(images[batch]), classes[batch])
    loss.backward()
    optimizer.step()

changes = [of().detach() - start for of, start in zip(named, starts)]
print("LENGTHS", [change.norm().item() for change in changes])
print("MIDDLES", [change[change.numel() // 2].item() for change in changes])
