"""A network that PyTorch trains, by the protocol of README.md: what `engine.py` runs for `train_*`.

A run is one pass over the samples, which are random and stay: for each batch in order the loss, the
gradients and a step of the optimizer.
"""

import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import networks

# Samples of a run, of a batch, and the optimizer, as in `training.rs`.
TRAININGS = {
    "train_small": (48_000, 100, {"lr": 0.01}),
    "train_lenet5": (60_000, 128, {"lr": 0.1, "momentum": 0.9, "weight_decay": 5e-4}),
    "train_mobilenet": (8, 8, {"lr": 0.01, "momentum": 0.9, "weight_decay": 4e-5}),
}


def training(model, threads, channels_last):
    """A run that gives its last batch's loss, and its samples."""
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    samples, batch, settings = TRAININGS[model]
    if batch < samples:
        samples = int(os.environ.get("TRAIN_N", samples))
    name = model.removeprefix("train_")
    # The loss takes logits.
    net = nn.Sequential(*list(networks.network(name))[:-1]).train()
    random = np.random.default_rng(networks.SEED)
    images = torch.from_numpy(random.random((samples, *networks.image(name).shape[1:]), np.float32))
    labels = torch.from_numpy(random.integers(0, 1000 if name == "mobilenet" else 10, samples))
    if channels_last:
        net = net.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameters(), **settings)

    def run():
        for first in range(0, samples, batch):
            optimizer.zero_grad(set_to_none=True)
            loss = functional.cross_entropy(net(images[first : first + batch]), labels[first : first + batch])
            loss.backward()
            optimizer.step()
        return float(loss.detach())

    return run, samples
