"""Weights and images by the formula of tests/tests/models/formula.rs, and what a module gives for them.

A number depends on the ordinal of its layer among the layers with weights (from 1, in the order of
the `.cnn` file; 0 is the image), on the tensor's role and on its index in PyTorch's layout.
"""

import copy
import math
import textwrap

import numpy
import torch
from torch import nn

torch.backends.mkldnn.enabled = False

KERNEL, BIAS, GAMMA, BETA, MEAN, VARIANCE, ALPHA = range(7)


def unit(layer, role, count):
    """Numbers in 0..1 that f32 holds exactly: hashes with the finalizer lowbias32."""
    x = numpy.arange(count, dtype=numpy.uint32)
    offset = (layer * 0x85EBCA6B + role * 0xC2B2AE35) % 2**32
    x = x * numpy.uint32(0x9E3779B9) + numpy.uint32(offset)
    x ^= x >> numpy.uint32(16)
    x *= numpy.uint32(0x7FEB352D)
    x ^= x >> numpy.uint32(15)
    x *= numpy.uint32(0x846CA68B)
    x ^= x >> numpy.uint32(16)
    return (x >> numpy.uint32(8)).astype(numpy.float64) / 2**24


def set_to(tensor, layer, role, start, width):
    values = (start + width * unit(layer, role, tensor.numel())).astype(numpy.float32)
    tensor.data.copy_(torch.from_numpy(values).reshape(tensor.shape))


def fill_layer(module, layer):
    """He et al.'s scale for kernels; batch norms that are no identity."""
    if isinstance(module, nn.BatchNorm2d):
        # The network holds eps as f32.
        module.eps = float(numpy.float32(module.eps))
        set_to(module.weight, layer, GAMMA, 0.5, 1.0)
        set_to(module.bias, layer, BETA, -0.25, 0.5)
        set_to(module.running_mean, layer, MEAN, -0.25, 0.5)
        set_to(module.running_var, layer, VARIANCE, 0.5, 1.0)
    elif isinstance(module, nn.PReLU):
        set_to(module.weight, layer, ALPHA, 0.0, 0.5)
    elif isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        bound = math.sqrt(6.0 / math.prod(module.weight.shape[1:]))
        set_to(module.weight, layer, KERNEL, -bound, 2.0 * bound)
        if module.bias is not None:
            set_to(module.bias, layer, BIAS, -0.25, 0.5)
    else:
        raise TypeError(f"no formula for {module}")


def called(model, image):
    """The names of the modules with tensors of their own, in the order of their first calls."""
    names, hooks = [], []
    for name, module in model.named_modules():
        if list(module.parameters(recurse=False)):
            hook = lambda *_, name=name: names.append(name)
            hooks.append(module.register_forward_hook(hook))
    with torch.no_grad():
        model(image)
    for hook in hooks:
        hook.remove()
    return list(dict.fromkeys(names))


def image_bytes(height, width, channels):
    """An image of bytes, made in the order height, width, channels."""
    values = numpy.floor(unit(0, 0, height * width * channels) * 256.0)
    return torch.from_numpy(values).reshape(1, height, width, channels).permute(0, 3, 1, 2)


def normalised(image, scale, offset):
    """As `input` does it, with f32 constants, one a channel."""
    def constant(list):
        return torch.tensor(list, dtype=torch.float32).double().reshape(1, -1, 1, 1)

    return image * constant(scale) + constant(offset)


def imagenet(image):
    """`scale (1/255), mean [0.485, 0.456, 0.406], std [0.229, 0.224, 0.225]`."""
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    return normalised(image, [1 / 255 / s for s in std], [-m / s for m, s in zip(mean, std)])


def around_zero(image):
    """`scale (1/127.5), offset -1`."""
    return normalised(image, [1 / 127.5] * 3, [-1.0] * 3)


def signed(image):
    """For networks that normalise nothing themselves: from -2 to 2."""
    return (image - 127.5) / 64


def show(name, model, image, order=lambda names: names):
    """Prints a module's logits for an image as a Rust constant.

    `order` puts the names of the called layers into the order of the `.cnn` file, where its text
    has another one than the module's calls.
    """
    model = model.double().eval()
    names = order(called(model, image))
    for layer, module in enumerate(names, start=1):
        fill_layer(model.get_submodule(module), layer)
    with torch.no_grad():
        logits = model(image)
        single = copy.deepcopy(model).float()(image.float()).double()
    if logits.dim() == 4:
        logits, single = logits.permute(0, 2, 3, 1), single.permute(0, 2, 3, 1)
    distance = (logits - single).abs().max().item()
    numbers = ", ".join(repr(x) for x in logits.flatten().tolist())
    numbers = textwrap.fill(numbers, 100, initial_indent=" " * 8, subsequent_indent=" " * 8)
    print("#[rustfmt::skip]")
    print(f"pub const {name}: Expected = Expected {{\n    logits: &[\n{numbers},\n    ],")
    print(f"    single: {distance:.2e},\n}};\n")
