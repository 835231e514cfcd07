"""Writes tests/data/vgg.safetensors and tests/data/vgg_f16.safetensors, and prints their logits.

    python tests/pytorch/vgg.py

A network of VGG's shape (convolution, pool, flatten, dense, dense) with torchvision's names and
PyTorch's layouts: the first dense layer takes the image in the order channels, height, width. Not
run in CI; tests/tests/executors/vgg.rs holds the printed numbers.
"""

import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(1)


class Vgg(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.classifier = nn.Sequential(
            nn.Linear(4 * 3 * 2, 5), nn.ReLU(), nn.Dropout(), nn.Linear(5, 3)
        )

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


model = Vgg().eval()
count = 6 * 4 * 2
# The rule of tests/pytorch/reference.py.
image = torch.tensor([((i * 7) % 23 - 11) / 4 for i in range(count)]).reshape(1, 6, 4, 2)
image = image.permute(0, 3, 1, 2).double()

for name, dtype in [("vgg", torch.float32), ("vgg_f16", torch.float16)]:
    tensors = {k: v.to(dtype).contiguous() for k, v in model.state_dict().items()}
    save_file(tensors, f"tests/data/{name}.safetensors")
    model.load_state_dict({k: v.float() for k, v in tensors.items()})
    exact = Vgg().double().eval()
    exact.load_state_dict({k: v.double() for k, v in tensors.items()})
    print(name, exact(image).flatten().tolist())
