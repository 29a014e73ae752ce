#!/usr/bin/env bash
# Install the converters of model.onnx and model.tflite, of requirements-exports.txt.
# $1: uv's version. $2: add, to .venv; or apart, into a folder for PYTHONPATH, which is then printed, so
# that .venv stays what the lock says.
set -euo pipefail
cd "$(dirname "$0")/.."

found=$(scripts/uv.sh "$1")
{ read -r uv; read -r _; } <<<"$found"
# install OPTIONS...
install() {
    echo "setup: installing requirements-exports.txt" >&2
    "$uv" pip install --quiet --require-hashes --python .venv/bin/python "$@" \
        --requirement requirements-exports.txt >&2
}
if [ "$2" = add ]; then
    install
    exit
fi
folder=$PWD/.setup/exports-$(cat .venv/pyvenv.cfg requirements-exports.txt | sha256sum | head -c 16)
if [ ! -e "$folder" ]; then
    # Written aside: a folder that is there is complete.
    rm -rf "$folder.part"
    install --target "$folder.part"
    mv "$folder.part" "$folder"
fi
echo "$folder"
