"""The literals of tests/tests/train/{optimizers,losses}.rs: PyTorch in f64, and Keras by its formulas.

Not run by the tests. Usage: python training.py
"""

import numpy
import torch
from torch.nn import functional

START = [0.5, -1.0, 2.0]
GRADIENTS = [[0.1, -0.2, 0.3], [-0.4, 0.5, 0.05], [0.25, 0.0, -0.6]]
LOGITS = [[-2.0, -1.0, 0.0, 1.0, 2.0], [1000.0, 990.0, -1000.0, 3.0, 1000.0]]
TARGETS = [[0.0, 0.0, 1.0, 0.0, 0.0], [0.1, 0.2, 0.0, 0.0, 0.7]]


def rust(values):
    return "[" + ", ".join(repr(float(x)) for x in values) + "]"


def after(optimizer, clip=None, **settings):
    """The parameters after the three gradients."""
    w = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    steps = optimizer([w], **settings)
    for gradient in GRADIENTS:
        w.grad = torch.tensor(gradient, dtype=torch.float64)
        if clip is not None:
            clip(w)
        steps.step()
    return w.detach().numpy()


def keras_sgd(rate, momentum, nesterov):
    """keras.optimizers.SGD: m = m * momentum - g * rate; w += m, or momentum * m - g * rate."""
    w, m = numpy.array(START), numpy.zeros(3)
    for g in numpy.array(GRADIENTS):
        m = m * momentum - g * rate
        w = w + (momentum * m - g * rate if nesterov else m)
    return w


def optimizers():
    sgd, adam, adamw = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
    norm = lambda w: torch.nn.utils.clip_grad_norm_([w], 0.25)
    value = lambda w: torch.nn.utils.clip_grad_value_([w], 0.25)
    print("sgd", rust(after(sgd, lr=0.1)))
    print("momentum", rust(after(sgd, lr=0.1, momentum=0.9)))
    print("keras momentum", rust(keras_sgd(0.1, 0.9, False)))
    print("nesterov", rust(after(sgd, lr=0.1, momentum=0.9, nesterov=True)))
    print("keras nesterov", rust(keras_sgd(0.1, 0.9, True)))
    print("l2", rust(after(sgd, lr=0.1, momentum=0.9, weight_decay=0.05)))
    print("adam", rust(after(adam, lr=0.1)))
    print("adam l2", rust(after(adam, lr=0.1, weight_decay=0.05)))
    print("adamw", rust(after(adamw, lr=0.1, weight_decay=0.05)))
    # PyTorch divides by the norm + 1e-6.
    print("norm", rust(after(sgd, norm, lr=0.1)))
    print("value", rust(after(sgd, value, lr=0.1)))


def losses():
    for smoothing in [0.0, 0.1]:
        for z, t in zip(LOGITS, TARGETS):
            z = torch.tensor(z, dtype=torch.float64, requires_grad=True)
            t = torch.tensor(t, dtype=torch.float64)
            loss = functional.cross_entropy(z[None], t[None], label_smoothing=smoothing)
            loss.backward()
            print("softmax", smoothing, loss.item(), rust(z.grad))
    for name, function in [
        ("sigmoid", functional.binary_cross_entropy_with_logits),
        ("squared", functional.mse_loss),
    ]:
        for z, t in zip(LOGITS, TARGETS):
            z = torch.tensor(z, dtype=torch.float64, requires_grad=True)
            loss = function(z, torch.tensor(t, dtype=torch.float64))
            loss.backward()
            print(name, loss.item(), rust(z.grad))


torch.set_printoptions(precision=17)
optimizers()
losses()
