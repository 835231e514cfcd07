#!/usr/bin/env bash
# Repeats the comparison with other engines: installs them from PyPI, makes the models, builds
# `cnn-peers` in release, runs everything side by side, prints tables in Markdown.
#
#   benches/peers/run.sh [OPTION OF compare.py]...
#
# PEERS_DIR is where everything is put (target/peers), PEERS_PYTHON a Python that has the packages of
# requirements.txt already. Needs about 8 GB of disk for the engines and 10 GB of memory for VGG-16.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${PEERS_DIR:-$root/target/peers}
mkdir -p "$work"
if [ -z "${PEERS_PYTHON:-}" ]; then
    [ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
    PEERS_PYTHON=$work/venv/bin/python
fi
export CUDA_VISIBLE_DEVICES= PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1
if [ ! -e "$work/artifacts/made" ]; then
    "$PEERS_PYTHON" "$here/networks.py" "$work/artifacts"
    "$PEERS_PYTHON" "$here/convert.py" "$work/artifacts"
    touch "$work/artifacts/made"
fi
export PEERS_ARTIFACTS=$work/artifacts
cargo build --release --manifest-path "$root/Cargo.toml" --package cnn-benches --features peers
target=${CARGO_TARGET_DIR:-$root/target}
cd "$work"
exec "$PEERS_PYTHON" "$here/compare.py" --program "$target/release/cnn-peers" "$@"
