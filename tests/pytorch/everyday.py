"""torchvision's modules, and transcriptions of what was published where it has none, for
tests/tests/models/forward/everyday.rs.
"""

from functools import partial

import torch
import torch.nn.functional as F
import torchvision.models as models
from torch import nn
from torchvision.models import efficientnet, inception, mobilenetv3, vgg

from formula import around_zero, image_bytes, imagenet, normalised, show


def imagenet_square(size):
    return imagenet(image_bytes(size, size, 3))


def lenet5():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    )


def dense_head(model, inputs, hidden, classes):
    """Fewer hidden units, and no adaptive pool: at the published size it does nothing."""
    model.avgpool = nn.Identity()
    for index, module in enumerate(model.classifier):
        if isinstance(module, nn.Linear):
            outputs = classes if index == len(model.classifier) - 1 else hidden
            model.classifier[index] = nn.Linear(inputs, outputs)
            inputs = outputs
    return model


def alexnet_two_groups(hidden, classes):
    """Caffe's models/bvlc_alexnet; its alpha is divided by the size of the window, as PyTorch's."""
    norm = partial(nn.LocalResponseNorm, 5, alpha=torch.tensor(1e-4).item(), beta=0.75, k=1.0)
    features = nn.Sequential(
        nn.Conv2d(3, 96, 11, stride=4), nn.ReLU(), norm(), nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(), norm(), nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2),
    )
    return nn.Sequential(
        features, nn.Flatten(),
        nn.Linear(256, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(),
        nn.Linear(hidden, classes),
    )


def small_vgg():
    filters = [4, "M", 8, "M", 8, 8, "M", 16, "M", 16, "M"]
    return dense_head(models.VGG(vgg.make_layers(filters)), 16 * 2 * 2, 12, 10)


def small_mobilenet_v1(alpha, classes):
    """The paper's table 1 with Keras' asymmetric pads: at stride 2 the odd pixel is at the end."""
    def layers(inputs, outputs, kernel, stride, groups=1):
        pad = nn.ZeroPad2d((0, 1, 0, 1)) if stride == 2 else nn.ZeroPad2d(kernel // 2)
        conv = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)
        return [pad, conv, nn.BatchNorm2d(outputs, eps=1e-3), nn.ReLU6()]

    channels = int(32 * alpha)
    modules = layers(3, channels, 3, 2)
    table = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
    for out, stride in table + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]:
        modules += layers(channels, channels, 3, stride, channels)
        modules += layers(channels, int(out * alpha), 1, 1)
        channels = int(out * alpha)
    pool = [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*modules, *pool, nn.Linear(channels, classes))


def small_mobilenet_v3():
    block = partial(mobilenetv3.InvertedResidualConfig, dilation=1, width_mult=1.0)
    setting = [
        block(16, 3, 16, 16, False, "RE", stride=1),
        block(16, 3, 32, 24, False, "RE", stride=2),
        block(24, 5, 40, 24, True, "RE", stride=1),
        block(24, 5, 48, 32, True, "HS", stride=2),
        block(32, 3, 64, 32, False, "HS", stride=1),
    ]
    return models.MobileNetV3(setting, last_channel=24, num_classes=10)


def small_efficientnet():
    block = partial(efficientnet.MBConvConfig, width_mult=0.25, depth_mult=1.0)
    setting = [
        block(1, 3, 1, 32, 16, 1), block(6, 3, 2, 16, 24, 2), block(6, 5, 2, 24, 40, 1),
        block(6, 3, 2, 40, 80, 1), block(6, 5, 1, 80, 112, 2), block(6, 5, 2, 112, 192, 1),
        block(6, 3, 1, 192, 320, 1),
    ]
    return models.EfficientNet(setting, dropout=0.2, num_classes=10)


def small_inception_v3():
    """One block of each kind, of seven filters in the middle of the rows and columns."""
    model = models.Inception3(num_classes=10, aux_logits=False, init_weights=False)
    model.Mixed_5c = model.Mixed_5d = nn.Identity()
    model.Mixed_6a = inception.InceptionB(256)
    model.Mixed_6b = inception.InceptionC(736, channels_7x7=7)
    model.Mixed_6c = model.Mixed_6d = model.Mixed_6e = nn.Identity()
    model.Mixed_7c = nn.Identity()
    model.fc = nn.Linear(2048, 10)
    return model


class UNet(nn.Module):
    """Figure 1 of the paper; without softmax."""

    def __init__(self, filters, classes, padding):
        super().__init__()

        def double(inputs, outputs):
            return nn.Sequential(
                nn.Conv2d(inputs, outputs, 3, padding=padding), nn.ReLU(),
                nn.Conv2d(outputs, outputs, 3, padding=padding), nn.ReLU(),
            )

        widths = [filters * 2**level for level in range(5)]
        self.down = nn.ModuleList(map(double, [1, *widths], widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * c, c, 2, stride=2) for c in widths[3::-1])
        self.merge = nn.ModuleList(double(2 * c, c) for c in widths[3::-1])
        self.last = nn.Conv2d(filters, classes, 1)

    def forward(self, x):
        skips = []
        for level in self.down:
            x = level(F.max_pool2d(x, 2) if skips else x)
            skips.append(x)
        skips.pop()
        for up, merge in zip(self.up, self.merge):
            x, skip = up(x), skips.pop()
            edge = (skip.shape[2] - x.shape[2]) // 2
            middle = slice(edge, edge + x.shape[2])
            x = merge(torch.cat([skip[:, :, middle, middle], x], 1))
        return self.last(x)


def main():
    digit = normalised(image_bytes(32, 32, 1), [1.275 / 255], [-0.1])
    show("LENET5", lenet5(), digit)

    show("ALEXNET", dense_head(models.AlexNet(), 256, 16, 10), imagenet_square(63))
    bgr = image_bytes(67, 67, 3).flip(1)
    bgr = normalised(bgr, [1.0] * 3, [-104.0, -117.0, -123.0])
    show("ALEXNET_TWO_GROUPS", alexnet_two_groups(16, 10), bgr)

    show("VGG", small_vgg(), imagenet_square(64))

    mobilenet = small_mobilenet_v1(0.125, 10)
    show("MOBILENET_V1", mobilenet, around_zero(image_bytes(64, 64, 3)))
    stages = [[1, 8, 1, 1], [6, 16, 2, 2], [6, 24, 2, 2]]
    mobilenet = models.MobileNetV2(num_classes=10, width_mult=0.35, inverted_residual_setting=stages)
    show("MOBILENET_V2", mobilenet, imagenet_square(33))
    show("MOBILENET_V3", small_mobilenet_v3(), imagenet_square(33))
    show("EFFICIENTNET", small_efficientnet(), imagenet_square(65))
    show("SQUEEZENET", models.SqueezeNet("1_1", num_classes=10), imagenet_square(37))

    shufflenet = models.ShuffleNetV2([2, 2, 1], [24, 8, 16, 24, 32], num_classes=10)
    show("SHUFFLENET_V2", shufflenet, imagenet_square(33))

    googlenet = models.GoogLeNet(num_classes=10, aux_logits=False, init_weights=False)
    show("GOOGLENET", googlenet, around_zero(image_bytes(33, 33, 3)))
    show("INCEPTION_V3", small_inception_v3(), around_zero(image_bytes(75, 75, 3)))

    densenet = models.DenseNet(8, (2, 3, 2), 16, num_classes=10)
    show("DENSENET", densenet, imagenet_square(33))

    grey = image_bytes(188, 188, 1)
    show("UNET", UNet(2, 2, 0), normalised(grey, [1 / 255], [0.0]))
    grey = image_bytes(16, 16, 1)
    show("UNET_PADDED", UNet(4, 2, 1), normalised(grey, [1 / 255], [0.0]))
