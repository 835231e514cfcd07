"""Runs every engine side by side and prints tables in Markdown.

    python compare.py --program PATH [--sections mobilenet,small,...] [--engines ...] [--threads 1,2]
                      [--rounds N] [--cpus 1,0]

An engine is a process that stays loaded and is stopped but while it is its turn. Each round wakes all
of them once, in a new order, so that whatever the machine does it does to all. The peak is such an
engine too: bursts of multiply-adds in every round.
"""

import argparse
import json
import os
import platform
import random
import select
import signal
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ALL = ["litert", "onnxruntime", "openvino", "ncnn", "mnn"]
# What runs in each section beside cnn. The networks of KxK convolutions: the two that do best on them.
BEST = ["onnxruntime", "openvino"]
TRAINERS = {"train_small": ["torch"], "train_lenet5": ["torch"], "train_mobilenet": ["torch", "torch_channels_last"]}
ENGINES = {"mobilenet": ALL, "small": ALL, "resnet18": BEST, "resnet50": BEST, "vgg16": BEST, "squeezenet": BEST}
TITLES = {
    "mobilenet": "MobileNetV1 1.0, 224",
    "small": "The small CNN, 28x28x1",
    "resnet18": "ResNet-18, 224",
    "resnet50": "ResNet-50, 224",
    "vgg16": "VGG-16, 224",
    "squeezenet": "SqueezeNet 1.1, 224",
    "train_small": "Training the small CNN, batches of 100",
    "train_lenet5": "Training LeNet-5, batches of 128",
    "train_mobilenet": "Training MobileNetV1 1.0, 224, batches of 8",
}
# Figures that a turn takes: enough for the engine to get warm, few enough for many rounds.
TURN_MS, TURN_RUNS = 60, 12
# Another difference from PyTorch's probabilities than rounding makes: what was timed is not the network.
WRONG = 1e-4
# A network that loads longer than this has failed.
PATIENCE = 300


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True, help="cnn-peers")
    parser.add_argument("--sections", default=",".join([*ENGINES, "cold", *TRAINERS]))
    parser.add_argument("--engines", default="", help="beside cnn; iree and torch only if they are named")
    parser.add_argument("--sets", default="avx512,avx2", help="instruction sets of cnn")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--cpus", default=",".join(str(cpu) for cpu in sorted(os.sched_getaffinity(0), reverse=True)))
    return parser.parse_args()


GIVEN = arguments()


def pinned(threads):
    return ["taskset", "-c", ",".join(GIVEN.cpus.split(",")[:threads])]


def command(engine, model, threads):
    """The words that start an engine, and its environment. The peak is always that of one core."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    environment = dict(os.environ, **{name: str(threads) for name in names})
    if engine == "peak":
        return [GIVEN.program, "peak", "1"], environment
    if engine.startswith("cnn"):
        if " " in engine:
            environment["CNN_INSTRUCTION_SET"] = engine.split(" ")[1]
        return [GIVEN.program, model, str(threads)], environment
    return [sys.executable, os.path.join(HERE, "engine.py"), engine, model, str(threads)], environment


class Engine:
    """A loaded engine that is stopped but for its turns."""

    def __init__(self, name, model, threads):
        words, environment = command(name, model, threads)
        self.name, self.wall, self.processor = name, [], []
        streams = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        words = pinned(threads) + words
        self.process = subprocess.Popen(words, env=environment, text=True, start_new_session=True, **streams)
        self.ready = self.line()
        self.runs = 1
        self.signal(signal.SIGSTOP)

    def line(self):
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        text = self.process.stdout.readline() if readable else ""
        return json.loads(text) if text else {"error": "no answer"}

    def signal(self, which):
        try:
            os.killpg(self.process.pid, which)
        except ProcessLookupError:
            pass

    def turn(self):
        """One call to get warm, then some that count."""
        self.signal(signal.SIGCONT)
        for runs, counts in ((1, False), (self.runs, True)):
            self.process.stdin.write(f"run {runs}\n")
            self.process.stdin.flush()
            times = self.line()
            if counts:
                self.wall += times["wall_ms"]
                self.processor += times["cpu_ms"]
        self.signal(signal.SIGSTOP)

    def close(self):
        self.signal(signal.SIGKILL)
        self.process.wait()


def measure(model, threads, names):
    """Every engine that loads, timed in rounds; and what the others said."""
    engines, failed = [], []
    for name in names:
        engine = Engine(name, model, threads)
        if "error" in engine.ready:
            failed.append(f"{name}: {engine.ready['error']}")
            engine.close()
        else:
            engine.turn()
            engine.runs = max(1, min(TURN_RUNS, int(TURN_MS / engine.wall[0])))
            engine.wall, engine.processor = [], []
            engines.append(engine)
    order = random.Random(len(names))
    for _ in range(GIVEN.rounds):
        order.shuffle(engines)
        for engine in engines:
            engine.turn()
    for engine in engines:
        engine.close()
    return engines, failed


def table(model, threads, engines, failed):
    unit, scale = ("us", 1e3) if model == "small" else ("ms", 1)
    peak = next(engine for engine in engines if engine.name == "peak")
    mult_adds = next(engine.ready["mult_adds"] for engine in engines if engine.name.startswith("cnn"))
    # On one core the processor's time, which does not count waiting for the core; on several the wall.
    judged = (lambda engine: min(engine.processor)) if threads == 1 else (lambda engine: min(engine.wall))
    rate = threads * peak.ready["mult_adds"] / min(peak.processor)
    lines = [f"### {TITLES[model]}, {threads} core{'s' if threads > 1 else ''}", ""]
    floor = f"{mult_adds * 1e-6:.3f} million multiply-adds take at least {mult_adds / rate * scale:.2f} {unit}"
    lines += [f"Peak {2e-6 * rate:.1f} GFLOP/s: {floor}.", ""]
    lines += [f"| engine | CPU {unit}, least | median | wall {unit}, least | median | of peak | difference |"]
    lines += ["|---|--:|--:|--:|--:|--:|--:|"]
    for engine in sorted((engine for engine in engines if engine is not peak), key=judged):
        share = mult_adds / judged(engine) / rate
        times = [f(times) * scale for times in (engine.processor, engine.wall) for f in (min, statistics.median)]
        cells = [f"{engine.name} {engine.ready['version']}", *[f"{time:.2f}" for time in times]]
        difference = engine.ready["max_abs_diff"]
        remark = "" if difference < WRONG else ", WRONG"
        lines.append("| " + " | ".join([*cells, f"{share:.2f}", f"{difference:.0e}{remark}"]) + " |")
    return "\n".join([*lines, *[f"\nLeft out: {line}" for line in failed], ""])


def training_table(model, threads, engines, failed):
    """How long a pass over the samples takes, and how many times as many samples as PyTorch cnn trains."""
    judged = (lambda engine: min(engine.processor)) if threads == 1 else (lambda engine: min(engine.wall))
    lines = [f"### {TITLES[model]}, {threads} core{'s' if threads > 1 else ''}", ""]
    lines += [f"{engines[0].ready['n']} samples a run.", ""]
    lines += ["| engine | CPU ms, least | median | wall ms, least | median | samples/s | times PyTorch |"]
    lines += ["|---|--:|--:|--:|--:|--:|--:|"]
    engines = sorted(engines, key=judged)
    torch = min((judged(engine) for engine in engines if engine.name.startswith("torch")), default=float("nan"))
    for engine in engines:
        times = [f(times) for times in (engine.processor, engine.wall) for f in (min, statistics.median)]
        cells = [f"{engine.name} {engine.ready['version']}", *[f"{time:.0f}" for time in times]]
        cells += [f"{engine.ready['n'] / judged(engine) * 1e3:.5g}", f"{torch / judged(engine):.2f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, *[f"\nLeft out: {line}" for line in failed], ""])


def cold(names):
    """Starts each engine anew, one after the other; the first start fills the page cache."""
    results = {name: [] for name in names}
    for number in range(GIVEN.rounds // 2 + 1):
        for name in random.Random(number).sample(names, len(names)):
            words, environment = command(name, "cold", 1)
            environment["T0"] = repr(time.clock_gettime(time.CLOCK_MONOTONIC))
            done = subprocess.run(pinned(1) + words, env=environment, capture_output=True, text=True)
            if done.stdout and number > 0:
                results[name].append(json.loads(done.stdout))
    lines = ["### Process start to the first result of MobileNetV1", ""]
    lines += ["| engine | CPU ms, least | wall ms, least | median | peak memory, MB |", "|---|--:|--:|--:|--:|"]
    rows = [(name, rows) for name, rows in results.items() if rows and all(row["ok"] for row in rows)]
    for name, rows in sorted(rows, key=lambda row: min(one["cpu_ms"] for one in row[1])):
        least = {key: min(row[key] for row in rows) for key in ("cpu_ms", "total_ms", "peak_rss_mb")}
        median = statistics.median(row["total_ms"] for row in rows)
        lines.append(f"| {name} | {least['cpu_ms']:.0f} | {least['total_ms']:.0f} | {median:.0f} | {least['peak_rss_mb']:.0f} |")
    return "\n".join([*lines, ""])


def processor():
    with open("/proc/cpuinfo") as info:
        return next((line.split(":")[1].strip() for line in info if line.startswith("model name")), platform.machine())


def main():
    wanted = GIVEN.engines.split(",") if GIVEN.engines else None
    own = [f"cnn {name}" for name in GIVEN.sets.split(",")]
    load = os.getloadavg()[0]
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores of {processor()}, load average {load:.1f}\n", flush=True)
    for section in GIVEN.sections.split(","):
        others = wanted or TRAINERS.get(section) or ENGINES.get(section, ALL)
        if section == "cold":
            print(cold([own[0], *others]), flush=True)
            continue
        # Several cores where the project promises something of them.
        several = section in ("mobilenet", "small")
        for threads in map(int, GIVEN.threads.split(",")):
            if section in TRAINERS:
                print(training_table(section, threads, *measure(section, threads, [*own, *others])), flush=True)
            elif threads == 1 or several:
                print(table(section, threads, *measure(section, threads, ["peak", *own, *others])), flush=True)


if __name__ == "__main__":
    main()
