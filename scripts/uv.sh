#!/usr/bin/env bash
# Print the paths of uv and of Python 3.11, a line each. uv is the one on PATH, or else installed
# into .setup/. $1: uv's version there.
set -euo pipefail
cd "$(dirname "$0")/.."

python=""
for candidate in "${PYTHON:-}" python3.11 python3 python; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
        python=$(command -v "$candidate")
        break
    fi
done
if [ -z "$python" ]; then
    echo "Graft needs Python 3.11 and found none on PATH: install it (apt install python3.11, brew install python@3.11, uv python install 3.11 or pyenv install 3.11) or set PYTHON to it" >&2
    exit 1
fi
if uv=$(command -v uv); then
    :
else
    uv=.setup/bin/uv
    if [ ! -x "$uv" ]; then
        echo "setup: fetching uv $1" >&2
        "$python" -m venv .setup
        .setup/bin/python -m pip install --quiet --disable-pip-version-check "uv==$1" >&2
    fi
fi
printf '%s\n%s\n' "$uv" "$python"
