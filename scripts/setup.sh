#!/usr/bin/env bash
# Install exactly the given locks into .venv, and this checkout as the project graft.
# $1: uv's version; the rest: lock files.
set -euo pipefail
cd "$(dirname "$0")/.."

found=$(scripts/uv.sh "$1")
{ read -r uv; read -r python; } <<<"$found"
shift
echo "setup: installing $* into .venv" >&2
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    "$uv" venv --quiet --clear --python "$python" .venv
fi
# The locks are complete, hashes included. Byte code is compiled now: where .venv is read-only, each
# of Spark's and Airflow's many short processes would compile TensorFlow again.
"$uv" pip sync --quiet --require-hashes --compile-bytecode --python .venv/bin/python "$@"
# Editable: what runs is the checkout. The build back end is uv itself, which writes nothing here.
"$uv" pip install --quiet --no-deps --python .venv/bin/python --editable .
