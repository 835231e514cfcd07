"""torchvision's modules for tests/tests/models/forward/everyday.rs."""

import torchvision.models as models

from formula import image_bytes, imagenet, show


def main():
    stages = [[1, 8, 1, 1], [6, 16, 2, 2], [6, 24, 2, 2]]
    model = models.MobileNetV2(num_classes=10, width_mult=0.35, inverted_residual_setting=stages)
    show("MOBILENET_V2", model, imagenet(image_bytes(33, 33, 3)))
