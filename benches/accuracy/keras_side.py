"""The same trainings in Keras, for the figures that stand beside ours.

    python keras_side.py mnist DIR                     the lecture's model, five seeds
    python keras_side.py flowers WEIGHTS PHOTOS        a new head on a frozen MobileNet, five folds

DIR holds MNIST's four IDX files, gzipped. WEIGHTS is Keras' MobileNet(alpha=0.75) as safetensors, PHOTOS a
safetensors file with `images` (N, 128, 128, 3) of bytes and `labels`. Needs what requirements.txt names;
not run by the tests.
"""

import gzip
import os
import sys
from pathlib import Path

# One thread, before TensorFlow reads them: the results stand beside others, not the times.
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")

import keras
import numpy as np
from keras import layers, regularizers

SEEDS = range(1, 6)
FOLDS = 5


def idx(path):
    """The elements of a gzipped IDX file of bytes."""
    data = gzip.open(path).read()
    dimensions = data[3]
    start = 4 + 4 * dimensions
    return np.frombuffer(data, np.uint8, offset=start).reshape(
        np.frombuffer(data, ">u4", dimensions, 4)
    )


def mnist(folder):
    def part(name):
        images = idx(Path(folder) / f"{name}-images-idx3-ubyte.gz")
        labels = idx(Path(folder) / f"{name}-labels-idx1-ubyte.gz")
        return images[..., None].astype("float32") / 255, keras.utils.to_categorical(labels, 10)

    (x, y), test = part("train"), part("t10k")
    results = []
    for seed in SEEDS:
        keras.utils.set_random_seed(seed)
        model = keras.Sequential([
            layers.Input((28, 28, 1)),
            layers.Conv2D(3, 3, activation="relu"),
            layers.Conv2D(3, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ])
        model.compile(loss="categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
        model.fit(x, y, batch_size=100, epochs=4, validation_split=0.2, verbose=0)
        results.append(model.evaluate(*test, batch_size=100, verbose=0)[1])
        print(f"seed {seed}: {results[-1]:.4f}", flush=True)
    summary(results)


def mobilenet(path):
    """Everything before the head, with the weights of the file."""
    from safetensors.numpy import load_file

    tensors = load_file(path)
    model = keras.applications.MobileNet(
        input_shape=(128, 128, 3), alpha=0.75, include_top=False, weights=None, pooling="avg"
    )
    for layer in model.layers:
        if layer.weights:
            names = [variable.path.split("/")[-1] for variable in layer.weights]
            # Keras 2 calls the filters of a depthwise convolution so, Keras 3 `kernel`.
            kernel = "depthwise_kernel" if "_dw_" in layer.name else "kernel"
            names = [kernel if name == "kernel" else name for name in names]
            layer.set_weights([tensors[f"{layer.name}/{name}"] for name in names])
    return model


def flowers(weights, photos):
    from safetensors.numpy import load_file

    data = load_file(photos)
    images, labels = data["images"].astype("float32") / 127.5 - 1, data["labels"].astype(int)
    # The layers are frozen, so what they give is the same in every epoch.
    features = mobilenet(weights).predict(images, batch_size=16, verbose=0)
    y = keras.utils.to_categorical(labels, 5)
    fold = np.arange(len(labels)) % FOLDS
    results = []
    for held_out in range(FOLDS):
        keras.utils.set_random_seed(held_out + 1)
        train, test = fold != held_out, fold == held_out
        # l2(x) adds x ||w||^2: half of what is called weight decay elsewhere.
        dense = layers.Dense(
            5, activation="softmax", kernel_initializer="zeros",
            kernel_regularizer=regularizers.l2(1e-4 / 2),
        )
        model = keras.Sequential([layers.Input((features.shape[1],)), dense])
        sgd = keras.optimizers.SGD(0.01)
        model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])
        model.fit(features[train], y[train], batch_size=16, epochs=20, verbose=0)
        results.append(model.evaluate(features[test], y[test], verbose=0)[1])
        print(f"fold {held_out + 1}: {results[-1]:.4f}", flush=True)
    summary(results)


def summary(results):
    print(f"mean {np.mean(results):.4f}, from {min(results):.4f} to {max(results):.4f}")
    print(f"keras {keras.__version__}, {keras.backend.backend()}")


if __name__ == "__main__":
    {"mnist": mnist, "flowers": flowers}[sys.argv[1]](*sys.argv[2:])
