#!/usr/bin/env bash
# Print the path of MLflow's program with its server, of the version of the lock's client; install it
# where it is missing. It is apart from .venv: it needs other versions. $1: uv's version.
set -euo pipefail
cd "$(dirname "$0")/.."

found=$(scripts/uv.sh "$1")
{ read -r uv; read -r python; } <<<"$found"
version=$(sed -n 's/^mlflow-skinny==\([^ ]*\).*/\1/p' requirements.txt)
folder=$PWD/.setup/mlflow-$version
if [ ! -x "$folder/bin/mlflow" ]; then
    echo "setup: installing MLflow's server $version" >&2
    "$uv" venv --quiet --clear --python "$python" "$folder"
    "$uv" pip install --quiet --python "$folder/bin/python" "mlflow==$version" >&2
fi
echo "$folder/bin/mlflow"
