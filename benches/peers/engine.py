"""One engine with one network in one process, by the protocol of README.md.

    python engine.py ENGINE MODEL THREADS

runs in the folder that holds `artifacts`.
"""

import importlib
import importlib.metadata
import json
import os
import sys
import time

STARTED = time.perf_counter()

import numpy as np

# Libraries that print do not get between the lines of the protocol.
REPLY = os.dup(1)
os.dup2(2, 1)


def say(line):
    os.write(REPLY, (json.dumps(line) + "\n").encode())


def artifact(name):
    return os.path.join("artifacts", name)


def onnxruntime(model, threads, image):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = ort.InferenceSession(artifact(f"{model}.onnx"), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"input": image})[0]


def openvino(model, threads, image):
    import openvino as ov
    settings = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}
    settings |= {"INFERENCE_PRECISION_HINT": "f32", "ENABLE_CPU_PINNING": False}
    request = ov.Core().compile_model(artifact(f"{model}.xml"), "CPU", settings).create_infer_request()

    def call():
        request.infer({0: image}, share_inputs=True)
        return request.get_output_tensor(0).data

    return call


def litert(model, threads, image):
    from ai_edge_litert.interpreter import Interpreter
    interpreter = Interpreter(model_path=artifact(f"{model}.tflite"), num_threads=threads)
    interpreter.allocate_tensors()
    first, last = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    pixels = np.ascontiguousarray(image.transpose(0, 2, 3, 1))

    def call():
        interpreter.set_tensor(first, pixels)
        interpreter.invoke()
        return interpreter.get_tensor(last)

    return call


def ncnn(model, threads, image):
    import ncnn as engine
    net = engine.Net()
    net.opt.use_vulkan_compute, net.opt.num_threads = False, threads
    for half in ("packed", "storage", "arithmetic"):
        setattr(net.opt, f"use_fp16_{half}", False)
    net.load_param(artifact(f"{model}.ncnn.param"))
    net.load_model(artifact(f"{model}.ncnn.bin"))
    first, last, pixels = net.input_names()[0], net.output_names()[0], engine.Mat(image[0]).clone()

    def call():
        with net.create_extractor() as extractor:
            extractor.input(first, pixels)
            return np.array(extractor.extract(last)[1])

    return call


def mnn(model, threads, image):
    import MNN as engine
    interpreter = engine.Interpreter(artifact(f"{model}.mnn"))
    session = interpreter.createSession({"backend": "CPU", "numThread": threads, "precision": "high"})
    order, kind = engine.Tensor_DimensionType_Caffe, engine.Halide_Type_Float
    pixels = engine.Tensor(image.shape, kind, image, order)
    place, shape = interpreter.getSessionInput(session), np.load(artifact(f"{model}_ref.npy")).shape
    result = engine.Tensor(shape, kind, np.zeros(shape, np.float32), order)

    def call():
        place.copyFrom(pixels)
        interpreter.runSession(session)
        interpreter.getSessionOutput(session).copyToHostTensor(result)
        return result.getNumpyData()

    return call


def iree(model, threads, image):
    from iree import runtime
    if threads > 1:
        runtime.flags.parse_flags(f"--task_topology_group_count={threads}")
    config = runtime.Config("local-sync" if threads == 1 else "local-task")
    context = runtime.SystemContext(config=config)
    module = runtime.VmModule.mmap(context.instance, artifact(f"{model}.vmfb"))
    context.add_vm_module(module)
    names = [name for name in module.function_names if not name.startswith("__") and "$async" not in name]
    function = context.modules[module.name][names[0]]
    pixels = runtime.asdevicearray(config.device, image)
    return lambda: np.asarray(function(pixels).to_host())


def torch(model, threads, image):
    import torch as engine
    import networks
    engine.set_num_threads(threads)
    engine.set_num_interop_threads(1)
    net, pixels = networks.network(model), engine.from_numpy(image)

    def call():
        with engine.inference_mode():
            return net(pixels).numpy()

    return call


ENGINES = {
    "litert": (litert, "ai-edge-litert"),
    "onnxruntime": (onnxruntime, "onnxruntime"),
    "openvino": (openvino, "openvino"),
    "ncnn": (ncnn, "ncnn"),
    "mnn": (mnn, "mnn"),
    "iree": (iree, "iree-base-runtime"),
    "torch": (torch, "torch"),
}

# A figure covers at least so many milliseconds: a shorter network is called several times.
RUN = 1.0


def peak_memory():
    """Megabytes, of the most that the process ever had."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def answer(call):
    start = time.perf_counter()
    call()
    calls = max(1, min(10_000, int(RUN / ((time.perf_counter() - start) * 1e3))))
    for line in sys.stdin:
        wall, processor = [], []
        for _ in range(int(line.split()[1])):
            began, worked = time.perf_counter(), time.process_time()
            for _ in range(calls):
                call()
            ended, done = time.perf_counter(), time.process_time()
            wall.append((ended - began) * 1e3 / calls)
            processor.append((done - worked) * 1e3 / calls)
        say({"wall_ms": wall, "cpu_ms": processor})


def cold(engine):
    """From the start of the process, given by T0, to the first result of MobileNetV1."""
    image, wanted = np.load(artifact("mobilenet_in.npy")), np.load(artifact("mobilenet_ref.npy"))
    result = ENGINES[engine][0]("mobilenet", 1, image)()
    total = (time.clock_gettime(time.CLOCK_MONOTONIC) - float(os.environ["T0"])) * 1e3
    worked = time.process_time() * 1e3
    same = int(np.ravel(result).argmax()) == int(wanted.argmax())
    say({"engine": engine, "total_ms": total, "cpu_ms": worked, "peak_rss_mb": peak_memory(), "ok": same})


def train(engine, model, threads):
    import training
    began = time.perf_counter()
    run, samples = training.training(model, threads, engine == "torch_channels_last")
    loss = run()
    ready = {"engine": engine, "version": importlib.metadata.version("torch"), "model": model, "threads": threads}
    say(ready | {"n": samples, "first_s": time.perf_counter() - began, "loss_after_first": loss})
    return answer(run)


def main(engine, model, threads):
    if model == "cold":
        return cold(engine)
    if model.startswith("train_"):
        return train(engine, model, int(threads))
    image, wanted = np.load(artifact(f"{model}_in.npy")), np.load(artifact(f"{model}_ref.npy"))
    make, package = ENGINES[engine]
    try:
        call = make(model, int(threads), image)
        loaded = time.perf_counter() - STARTED
        result = np.array(call(), np.float32).reshape(wanted.shape)
    except Exception as error:  # whatever an engine raises
        return say({"error": f"{type(error).__name__}: {error}"[:300]})
    ready = {"engine": engine, "version": importlib.metadata.version(package), "model": model}
    ready |= {"threads": int(threads), "load_s": loaded, "max_abs_diff": float(abs(result - wanted).max())}
    say(ready | {"rss_peak_mb": peak_memory()})
    return answer(call)


if __name__ == "__main__":
    main(*sys.argv[1:])
    # Some engines crash when they are taken down.
    os._exit(0)
