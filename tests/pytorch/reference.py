"""Prints cnn-runtime/src/reference/pytorch.rs: what PyTorch gives for the reference's tests.

    python tests/pytorch/reference.py > cnn-runtime/src/reference/pytorch.rs; cargo fmt

Not run in CI; the printed literals are what the tests compare with. Images are given and printed in
the order height, width, channels, kernels in the language's canonical layouts. Everything is
computed in float64.
"""

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def numbers(count, step, modulus, divisor):
    """The same rule stands in cnn-runtime/src/reference/value.rs as `Value::pattern`."""
    return torch.tensor([((i * step) % modulus - modulus // 2) / divisor for i in range(count)])


def image(h, w, c, step=7, modulus=23, divisor=4):
    return numbers(h * w * c, step, modulus, divisor).reshape(1, h, w, c).permute(0, 3, 1, 2)


def kernel(*dims):
    n = 1
    for d in dims:
        n *= d
    return numbers(n, 5, 17, 8).reshape(dims)


def bias(k):
    return numbers(k, 3, 7, 2)


def hwio(r, s, i, o):
    return kernel(r, s, i, o).permute(3, 2, 0, 1)


def hwcm(r, s, c, m):
    return kernel(r, s, c, m).permute(2, 3, 0, 1).reshape(c * m, 1, r, s)


def hwi_o(r, s, i, o):
    return kernel(r, s, i, o).permute(2, 3, 0, 1)


def show(name, value):
    if value.dim() == 4:
        value = value.permute(0, 2, 3, 1)
    flat = value.flatten().tolist()
    body = ", ".join(repr(x) for x in flat)
    print(f"pub const {name}: [f64; {len(flat)}] = [{body}];")


ACTIVATIONS = [-8.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 4.5, 8.0]

print("//! What PyTorch", torch.__version__.split("+")[0], "gives, printed by `tests/pytorch/reference.py`.")
print()

show("CONV", F.conv2d(F.pad(image(5, 6, 3), (1, 0, 2, 1)), hwio(3, 2, 3, 4), bias(4), stride=(2, 3)))
show("CONV_GROUPS", F.conv2d(image(4, 4, 4), hwio(2, 2, 2, 6), bias(6), groups=2, stride=2))
show("CONV_DILATION", F.conv2d(image(6, 7, 2), hwio(3, 3, 2, 2), None, dilation=(2, 1), padding=1))
show("DW", F.conv2d(image(4, 5, 3), hwcm(3, 3, 3, 2), bias(6), groups=3, padding=1, stride=2))
show("DW_DILATION", F.conv2d(F.pad(image(5, 5, 2), (0, 1, 1, 2)), hwcm(2, 2, 2, 1), None, groups=2, dilation=(3, 2)))
show("DECONV", F.conv_transpose2d(image(2, 3, 2), hwi_o(3, 2, 2, 3), bias(3), stride=2, padding=(1, 0), output_padding=(1, 1)))
show("DECONV_GROUPS", F.conv_transpose2d(image(2, 2, 4), hwi_o(2, 2, 4, 1), bias(2), stride=(1, 3), groups=2, dilation=(2, 1)))
# Cropped by hand, since PyTorch's own padding is symmetric: 0 at the top, 1 at the bottom, 1 left, 0 right.
show("DECONV_ASYMMETRIC", F.conv_transpose2d(image(3, 3, 1), hwi_o(3, 3, 1, 2), None, stride=2)[:, :, :-1, 1:])
show("DENSE", F.linear(image(1, 1, 6).flatten(1), kernel(6, 4).t(), bias(4)))

show("MAX", F.max_pool2d(image(5, 5, 2), 2, 2))
show("MAX_CEIL", F.max_pool2d(image(5, 6, 2), (3, 2), (2, 3), padding=1, ceil_mode=True))
show("AVERAGE", F.avg_pool2d(image(5, 5, 2), 3, 2, padding=1, count_include_pad=False))
show("AVERAGE_CEIL", F.avg_pool2d(image(6, 5, 1), 3, 2, padding=1, ceil_mode=True, count_include_pad=False))
show("AVERAGE_CEIL_PAD", F.avg_pool2d(image(6, 5, 1), 3, 2, padding=1, ceil_mode=True, count_include_pad=True))
show("GLOBAL_AVERAGE", image(3, 4, 3).mean((2, 3), keepdim=True))
show("GLOBAL_MAX", image(3, 4, 3).amax((2, 3), keepdim=True))
show("REGIONS_AVERAGE", F.adaptive_avg_pool2d(image(5, 7, 2), (3, 2)))
show("REGIONS_MAX", F.adaptive_max_pool2d(image(5, 7, 2), (2, 3)))
show("REGIONS_LARGER", F.adaptive_avg_pool2d(image(2, 3, 1), (3, 4)))

gamma, beta, mean = numbers(3, 3, 7, 4), bias(3), numbers(3, 2, 5, 2)
variance = numbers(3, 2, 5, 8).abs() + 0.25
# eps as the f32 that the network holds.
eps = torch.tensor(1e-3, dtype=torch.float32).item()
show("BN", F.batch_norm(image(2, 2, 3), mean, variance, gamma, beta, eps=eps))
show("BN_PLAIN", F.batch_norm(image(2, 2, 3), mean, variance, eps=eps))

x = torch.tensor(ACTIVATIONS)
show("RELU", F.relu(x))
show("RELU6", F.relu6(x))
show("LEAKY_RELU", F.leaky_relu(x, 0.125))
show("ELU", F.elu(x, 0.75))
show("SIGMOID", torch.sigmoid(x))
show("TANH", torch.tanh(x))
show("SILU", F.silu(x))
show("HARDSWISH", F.hardswish(x))
show("HARDSIGMOID", F.hardsigmoid(x))
show("GELU", F.gelu(x))
show("GELU_TANH", F.gelu(x, approximate="tanh"))
show("MISH", F.mish(x))
show("SOFTPLUS", F.softplus(x, threshold=1000))
show("PRELU", F.prelu(image(2, 2, 3), torch.tensor([0.25, -0.5, 2.0])))

alpha = torch.tensor(1e-4, dtype=torch.float32).item()
show("LRN", F.local_response_norm(image(1, 2, 7), 5, alpha=alpha, beta=0.75, k=1.0))
show("LRN_EVEN", F.local_response_norm(image(1, 2, 5), 4, alpha=0.5, beta=0.5, k=2.0))
show("SOFTMAX", torch.softmax(image(2, 1, 4), 1))

show("BILINEAR", F.interpolate(image(2, 3, 2), size=(4, 6), mode="bilinear", align_corners=False))
show("BILINEAR_ODD", F.interpolate(image(3, 5, 1), size=(5, 3), mode="bilinear", align_corners=False))
show("NEAREST", F.interpolate(image(2, 3, 2), size=(4, 6), mode="nearest"))
show("NEAREST_ODD", F.interpolate(image(3, 5, 1), size=(5, 3), mode="nearest"))

show("SHUFFLE", torch.channel_shuffle(image(1, 2, 6), 3))
show("PAD", F.pad(image(3, 3, 2), (2, -1, -1, 1)))
