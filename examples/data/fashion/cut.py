"""Cuts the first images off Fashion-MNIST: what lies in this folder.

`python3 cut.py DIR` with the four published files in DIR, gzipped, writes the first 6,000 images to train
with and the first 1,000 to test with, under the published names. Python's standard library is enough.
The pixels are those of the original; only the numbers of images in the headers are others.
"""

import gzip
import struct
import sys
from pathlib import Path

PARTS = {"train": 6000, "t10k": 1000}


def cut(source, target, count):
    with gzip.open(source) as file:
        data = file.read()
    dimensions = data[3]
    start = 4 + 4 * dimensions
    sizes = struct.unpack(f">{dimensions}I", data[4:start])
    item = 1
    for size in sizes[1:]:
        item *= size
    header = data[:4] + struct.pack(f">{dimensions}I", count, *sizes[1:])
    # Without a time, so that the same bytes come out every time.
    packed = gzip.compress(header + data[start : start + count * item], 9, mtime=0)
    target.write_bytes(packed)


if __name__ == "__main__":
    here = Path(__file__).parent
    for part, count in PARTS.items():
        for kind in ("images-idx3", "labels-idx1"):
            name = f"{part}-{kind}-ubyte.gz"
            cut(Path(sys.argv[1]) / name, here / name, count)
