"""The networks of the comparison, as PyTorch modules with fixed random weights.

    python networks.py FOLDER [NAME ...]

writes for each network NAME.npz (weights in the order of the layers), NAME_in.npy (one image, NCHW)
and NAME_ref.npy (the output that PyTorch gives) into FOLDER.
"""

import os
import sys

import numpy as np
import torch
import torchvision
from torch import nn
from torch.nn import functional

SEED = 20_26


class SamePadding(nn.Conv2d):
    """A convolution whose padding stands at the right and the bottom where it halves an even image."""

    def forward(self, x):
        if self.stride == (2, 2):
            x = functional.pad(x, (0, 1, 0, 1))
        return super().forward(x)


def separable_layers():
    """Channels in, channels out and stride of MobileNetV1's blocks."""
    strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
    widths = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024]
    return zip([32, *widths[:-1]], widths, strides)


class MobileNet(nn.Sequential):
    """MobileNetV1 1.0 with TensorFlow's padding; arXiv:1704.04861."""

    def __init__(self):
        super().__init__()
        self.conv(3, 32, 3, 2)
        for inputs, outputs, stride in separable_layers():
            self.conv(inputs, inputs, 3, stride, groups=inputs)
            self.conv(inputs, outputs, 1, 1)
        self.extend([nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1024, 1000), nn.Softmax(1)])

    def conv(self, inputs, outputs, size, stride, groups=1):
        padding = size // 2 if stride == 1 else 0
        conv = SamePadding(inputs, outputs, size, stride, padding, groups=groups, bias=False)
        self.extend([conv, nn.BatchNorm2d(outputs, eps=1e-3), nn.ReLU6()])


class FlattenRows(nn.Module):
    """Height, width, channels, as Keras and cnn flatten an image."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


def small():
    """A lecture's first network: digits of 28 by 28 pixels."""
    return nn.Sequential(
        *[nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Conv2d(3, 3, 3), nn.ReLU()],
        *[FlattenRows(), nn.Linear(24 * 24 * 3, 10), nn.Softmax(1)],
    )


def lenet5():
    """LeNet-5 as it is taught today."""
    return nn.Sequential(
        *[nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2)],
        *[nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), FlattenRows()],
        *[nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10), nn.Softmax(1)],
    )


def torchvision_network(name):
    return lambda: nn.Sequential(getattr(torchvision.models, name)(), nn.Softmax(1))


NETWORKS = {
    "mobilenet": MobileNet,
    "small": small,
    "lenet5": lenet5,
    "resnet18": torchvision_network("resnet18"),
    "resnet50": torchvision_network("resnet50"),
    "vgg16": torchvision_network("vgg16"),
    "squeezenet": torchvision_network("squeezenet1_1"),
}


# Whose inference is not compared.
TRAINED_ALONE = ["lenet5"]


def image(name):
    """One image of normally distributed numbers, NCHW."""
    shape = (1, 1, 28, 28) if name in ("small", "lenet5") else (1, 3, 224, 224)
    return np.random.default_rng(SEED).standard_normal(shape).astype(np.float32)


def network(name):
    """A network with random weights and plausible running statistics, ready to infer."""
    torch.manual_seed(SEED)
    net = NETWORKS[name]()
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        nn.init.uniform_(norm.weight, 0.8, 1.2)
        nn.init.uniform_(norm.bias, -0.1, 0.4)
        norm.momentum = None
    if norms:
        net.train()
        with torch.no_grad():
            net(torch.randn(4, 3, 224, 224))
    # Fresh layers give every class nearly the same probability, which would hide what is wrong.
    last = [module for module in net.modules() if isinstance(module, (nn.Conv2d, nn.Linear))][-1]
    with torch.no_grad():
        last.weight *= 10
    return net.eval()


# Of MobileNet's arrays: the names that a program of the comparison may expect.
SHORT = {"weight": "g", "bias": "b", "running_mean": "m", "running_var": "v"}


def arrays(name, net):
    """Name and values of each tensor, in the order of the layers."""
    tensors = {key: t.numpy() for key, t in net.state_dict().items() if "num_batches" not in key}
    if name == "small":
        layers = {"0": "c1", "2": "c2", "5": "d"}
        return {f"{layers[key.split('.')[0]]}.{key.split('.')[1]}": t for key, t in tensors.items()}
    if name != "mobilenet":
        return {key.removeprefix("0."): t for key, t in tensors.items()}
    named = {}
    for index, module in enumerate(net):
        weights = {key: t for key, t in tensors.items() if key.split(".")[0] == str(index)}
        for key, tensor in weights.items():
            tensor_name = key.split(".")[1]
            if isinstance(module, nn.Conv2d):
                named[f"conv{index // 3}"] = tensor
            elif isinstance(module, nn.BatchNorm2d):
                named[f"{SHORT[tensor_name]}{index // 3}"] = tensor
            else:
                named[{"weight": "fcw", "bias": "fcb"}[tensor_name]] = tensor
    return named


def main(folder, *names):
    os.makedirs(folder, exist_ok=True)
    for name in names or (name for name in NETWORKS if name not in TRAINED_ALONE):
        net, pixels = network(name), image(name)
        with torch.no_grad():
            reference = net(torch.from_numpy(pixels)).numpy()
        np.savez(os.path.join(folder, f"{name}.npz"), **arrays(name, net))
        np.save(os.path.join(folder, f"{name}_in.npy"), pixels)
        np.save(os.path.join(folder, f"{name}_ref.npy"), reference)
        print(f"{name}: largest output {reference.max():.4f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
