#!/usr/bin/env bash
# Install the converters of model.onnx and model.tflite, of requirements-exports.txt.
# $1: uv's version. $2: add, to .venv; or apart, to an environment of their own, which has .venv's
# packages too, so that .venv stays what the lock says. Then the path of its Python is printed.
set -euo pipefail
cd "$(dirname "$0")/.."

found=$(scripts/uv.sh "$1")
{ read -r uv; read -r _; } <<<"$found"
# install PYTHON
install() {
    echo "setup: installing requirements-exports.txt" >&2
    "$uv" pip install --quiet --require-hashes --python "$1" --requirement requirements-exports.txt >&2
}
if [ "$2" = add ]; then
    install .venv/bin/python
    exit
fi
folder=$PWD/.setup/exports-$(cat .venv/pyvenv.cfg requirements-exports.txt | sha256sum | head -c 16)
if [ ! -e "$folder/.installed" ]; then
    "$uv" venv --quiet --clear --python .venv/bin/python "$folder"
    install "$folder/bin/python"
    where='import site; print(site.getsitepackages()[0])'
    .venv/bin/python -c "$where" >"$("$folder/bin/python" -c "$where")/venv_of_the_lock.pth"
    touch "$folder/.installed"
fi
echo "$folder/bin/python"
