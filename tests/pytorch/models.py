"""Prints what PyTorch gives for small configurations of `examples/models`.

    python tests/pytorch/models.py everyday > tests/tests/models/pytorch/everyday.rs; cargo fmt

Not run in CI; the printed literals are what the tests compare with. They were printed by torch 2.15,
torchvision 0.29, timm 1.0.31 and pretrainedmodels 0.7.4.

Most modules are torchvision's, timm's and pretrainedmodels', made small; PNASNet is the latter's cells
in a network of our own. What these packages lack is this project's own transcription of what was
published, and so shows that both sides read the source alike, not that they read it rightly: LeNet-5,
MobileNetV1 and U-Net after their papers, the two-group AlexNet after Caffe's bvlc_alexnet
(everyday.py), PyramidNet after dyhan0920/PyramidNet-PyTorch (pyramidnet.py), AmoebaNet after
tensorflow/tpu's amoeba_net (amoebanet.py).

Weights and images are made by tests/pytorch/formula.py. Everything is computed in float64, and once
more in float32 to know what that rounds.
"""

import importlib
import sys

import torch

group = sys.argv[1]
print(f"//! What PyTorch {torch.__version__.split('+')[0]} gives, printed by `tests/pytorch/models.py {group}`.\n")
print("use crate::forward::Expected;\n")
importlib.import_module(group).main()
