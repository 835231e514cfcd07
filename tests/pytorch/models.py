"""Prints what PyTorch gives for small configurations of `examples/models`.

    python tests/pytorch/models.py everyday > tests/tests/models/pytorch/everyday.rs; cargo fmt

Not run in CI; the printed literals are what the tests compare with. The modules are torchvision's
and timm's; weights and images are made by tests/pytorch/formula.py. Everything is computed in
float64, and once more in float32 to know what that rounds.
"""

import importlib
import sys

import torch

group = sys.argv[1]
print(f"//! What PyTorch {torch.__version__.split('+')[0]} gives, printed by `tests/pytorch/models.py {group}`.\n")
print("use crate::forward::Expected;\n")
importlib.import_module(group).main()
