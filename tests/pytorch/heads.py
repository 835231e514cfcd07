"""The literals of tests/tests/training/{pixels,heads}.rs: losses and one step of a small network that
answers for each pixel, and of one with auxiliary heads, in PyTorch, in f64.

Not run by the tests. Usage: python heads.py
"""

import torch
from torch import nn
from torch.nn import functional


def numbers(count, seed):
    """Numbers between -1 and 1; the test has the same."""
    state, all = seed, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        all.append((state >> 8) / 2**23 - 1)
    return torch.tensor(all, dtype=torch.float64)


SAMPLES, CLASSES = 4, 3
WEIGHTS = torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)
conv = nn.Conv2d(2, 6, 3).double()
head = nn.Conv2d(6, CLASSES, 1).double()


def fill(layer, seed):
    """Kernels are HWIO in the test."""
    o, i, r, s = layer.weight.shape
    values = numbers(r * s * i * o, seed) * (3 / (r * s * i)) ** 0.5
    layer.weight.data = values.reshape(r, s, i, o).permute(3, 2, 0, 1).contiguous()
    layer.bias.data = numbers(o, seed + 1) / 4


images = numbers(SAMPLES * 7 * 6 * 2, 100).reshape(-1, 7, 6, 2).permute(0, 3, 1, 2)
sample, y, x = torch.meshgrid(torch.arange(SAMPLES), torch.arange(5), torch.arange(4), indexing="ij")
classes = (2 * sample + 3 * y + x * x) % CLASSES


def cross_entropy(smoothing):
    return lambda z: functional.cross_entropy(z, classes, label_smoothing=smoothing)


def weighted(z):
    # Divided by the pixels, as Keras does; PyTorch's own mean divides by the sum of the factors.
    return functional.cross_entropy(z, classes, weight=WEIGHTS, reduction="sum") / classes.numel()


def one_hot():
    return functional.one_hot(classes, CLASSES).permute(0, 3, 1, 2).double()


def sigmoid(z):
    return functional.binary_cross_entropy_with_logits(z, one_hot())


def squares(z):
    return functional.mse_loss(z, one_hot())


losses = {
    "SOFTMAX": cross_entropy(0.0),
    "SMOOTHED": cross_entropy(0.1),
    "WEIGHTED": weighted,
    "SIGMOID": sigmoid,
    "SQUARES": squares,
}
for name, loss in losses.items():
    fill(conv, 1), fill(head, 3)
    tensors = [*conv.parameters(), *head.parameters()]
    starts = [tensor.detach().clone() for tensor in tensors]
    z = head(torch.tanh(conv(images)))
    correct = (z.argmax(1) == classes).double().mean().item()
    value = loss(z)
    for tensor in tensors:
        tensor.grad = None
    value.backward()
    torch.optim.SGD(tensors, lr=0.5).step()
    moved = [(tensor.detach() - start).norm().item() for tensor, start in zip(tensors, starts)]
    print(name, "loss", value.item(), "correct", correct, "lengths", moved)

# A network with two auxiliary heads, whose losses count 0.3 each.
trunk, upper = nn.Conv2d(2, 6, 3).double(), nn.Conv2d(6, 5, 2).double()
main, first, second = (nn.Linear(n, CLASSES).double() for n in (4 * 3 * 5, 5 * 4 * 6, 5))


def fill_dense(layer, seed):
    """Kernels are (in, out) in the test."""
    values = numbers(layer.weight.numel(), seed) * (3 / layer.in_features) ** 0.5
    layer.weight.data = values.reshape(layer.in_features, layer.out_features).T.contiguous()
    layer.bias.data = numbers(layer.out_features, seed + 1) / 4


def flat(x):
    return x.permute(0, 2, 3, 1).flatten(1)


fill(trunk, 1), fill(upper, 3), fill_dense(main, 5), fill_dense(first, 7), fill_dense(second, 9)
tensors = [tensor for layer in (trunk, upper, main, first, second) for tensor in layer.parameters()]
starts = [tensor.detach().clone() for tensor in tensors]
classes = torch.arange(SAMPLES) * 7 % CLASSES
x = torch.tanh(trunk(images))
y = torch.tanh(upper(x))
logits = [main(flat(y)), first(flat(x)), second(y.mean((2, 3)))]
of_main, *of_heads = [functional.cross_entropy(z, classes) for z in logits]
total = of_main + 0.3 * sum(of_heads)
total.backward()
torch.optim.SGD(tensors, lr=0.5).step()
moved = [(tensor.detach() - start).norm().item() for tensor, start in zip(tensors, starts)]
correct = (logits[0].argmax(1) == classes).double().mean().item()
print("HEADS main", of_main.item(), "total", total.item(), "correct", correct, "lengths", moved)
