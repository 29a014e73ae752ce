#!/usr/bin/env bash
# Print the path of MLflow's program with its server, of requirements-mlflow.txt; install it where it is
# missing. It is apart from .venv: it needs other versions. $1: uv's version.
set -euo pipefail
cd "$(dirname "$0")/.."

found=$(scripts/uv.sh "$1")
{ read -r uv; read -r python; } <<<"$found"
folder=$PWD/.setup/mlflow-$(sha256sum requirements-mlflow.txt | head -c 16)
if [ ! -x "$folder/bin/mlflow" ]; then
    echo "setup: installing MLflow's server" >&2
    "$uv" venv --quiet --clear --python "$python" "$folder"
    "$uv" pip install --quiet --python "$folder/bin/python" --require-hashes \
        --requirement requirements-mlflow.txt >&2
fi
echo "$folder/bin/mlflow"
