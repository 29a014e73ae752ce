#!/usr/bin/env bash
# Print the paths of uv and of a Python that Graft runs on, a line each. $1: uv's version, if there is
# none on PATH. PYTHON: the Python to take.
set -euo pipefail
cd "$(dirname "$0")/.."

# supported PYTHON: says if it is 3.11, 3.12 or 3.13.
supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

# Any other Python can fetch uv, which then fetches one that Graft runs on.
find_uv() {
    command -v uv && return
    if [ ! -x .setup/bin/uv ]; then
        echo "setup: fetching uv $2" >&2
        "$1" -m venv .setup >&2 || return
        .setup/bin/python -m pip install --quiet --disable-pip-version-check "uv==$2" >&2 || return
    fi
    echo .setup/bin/uv
}

fail() {
    echo "Graft needs Python 3.11, 3.12 or 3.13 and $1: install one (apt install python3, brew install python@3.13, uv python install 3.13 or pyenv install 3.13) or set PYTHON to it" >&2
    exit 1
}

if [ -n "${PYTHON:-}" ]; then
    supported "$PYTHON" || fail "PYTHON=$PYTHON is none of them"
fi
python=""
# The one of .venv stays unless PYTHON names another.
for candidate in "${PYTHON:-}" .venv/bin/python python3 python3.11 python3.12 python3.13 python; do
    if [ -n "$candidate" ] && supported "$candidate"; then
        python=$(command -v "$candidate")
        break
    fi
done
uv=$(find_uv "${python:-python3}" "$1") || fail "neither found one on PATH nor could get uv, which fetches one"
if [ -z "$python" ]; then
    echo "setup: fetching Python 3.11, because there is none that Graft runs on" >&2
    "$uv" python install --quiet 3.11 >&2 || fail "found none on PATH, and uv could not fetch one"
    python=$("$uv" python find 3.11)
fi
printf '%s\n%s\n' "$uv" "$python"
