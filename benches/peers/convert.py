"""Every engine's own file of each network.

    python convert.py FOLDER [NAME ...]

A conversion that fails is told and leaves that engine out; the others go on.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import warnings

import numpy as np
import torch
from torch.fx.experimental.optimization import fuse

import chain
import networks

SCRIPTS = sysconfig.get_path("scripts")
CHAINS = ["mobilenet", "small"]


def call(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {(done.stdout + done.stderr)[-600:]}")


def to_onnx(name, folder, shape):
    net = networks.network(name)
    path = os.path.join(folder, f"{name}.onnx")
    if name in CHAINS:
        outputs = np.load(os.path.join(folder, f"{name}_ref.npy")).shape
        chain.write_onnx(net, shape, outputs, path)
        return
    # Batch norm is folded, as whoever infers would do.
    net = torch.nn.Sequential(fuse(net[0]), net[1])
    torch.onnx.export(net, (torch.zeros(shape),), path, input_names=["input"], output_names=["output"], dynamo=True, external_data=False)


def to_litert(name, folder, shape):
    chain.write_lite(networks.network(name), shape, os.path.join(folder, f"{name}.tflite"))


def to_openvino(name, folder, _):
    import openvino
    model = openvino.convert_model(os.path.join(folder, f"{name}.onnx"))
    openvino.save_model(model, os.path.join(folder, f"{name}.xml"), compress_to_fp16=False)


def to_ncnn(name, folder, shape):
    place = os.path.join(folder, f"pnnx_{name}")
    os.makedirs(place, exist_ok=True)
    shutil.copy(os.path.join(folder, f"{name}.onnx"), place)
    sizes = ",".join(map(str, shape))
    call(os.path.join(SCRIPTS, "pnnx"), f"{name}.onnx", f"inputshape=[{sizes}]", "fp16=0", cwd=place)
    for ending in ("param", "bin"):
        shutil.copy(os.path.join(place, f"{name}.ncnn.{ending}"), folder)


def to_mnn(name, folder, _):
    files = ["--modelFile", f"{name}.onnx", "--MNNModel", f"{name}.mnn"]
    call(os.path.join(SCRIPTS, "mnnconvert"), "-f", "ONNX", *files, "--bizCode", "cnn", cwd=folder)


def to_iree(name, folder, _):
    importer = [sys.executable, "-m", "iree.compiler.tools.import_onnx"]
    call(*importer, f"{name}.onnx", "-o", f"{name}.mlir", "--opset-version", "17", cwd=folder)
    target = ["--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu"]
    best = ["--iree-llvmcpu-target-cpu=host", "--iree-opt-level=O3", "--iree-opt-data-tiling"]
    compiler = os.path.join(SCRIPTS, "iree-compile")
    call(compiler, f"{name}.mlir", "--iree-input-type=onnx", *target, *best, "-o", f"{name}.vmfb", cwd=folder)


STEPS = [to_onnx, to_litert, to_openvino, to_ncnn, to_mnn, to_iree]
# The networks of KxK convolutions are run by the engines that do best on them.
BEST = [to_onnx, to_openvino]


def main(folder, *names):
    warnings.simplefilter("ignore")
    for name in names or networks.NETWORKS:
        shape = list(networks.image(name).shape)
        for step in STEPS if name in CHAINS else BEST:
            try:
                step(name, folder, shape)
                print(f"{name}: {step.__name__}", flush=True)
            except Exception as error:  # whatever an engine's converter raises
                print(f"{name}: {step.__name__} failed: {error}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
