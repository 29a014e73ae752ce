#!/usr/bin/env bash
# Run a command in Graft's environment. Entry point of every container; also works outside:
#     scripts/entrypoint.sh airflow scheduler
set -euo pipefail
graft=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [ $# -eq 0 ]; then
    echo "entrypoint.sh: no command, expected one: scripts/entrypoint.sh airflow scheduler" >&2
    exit 2
fi
if [ ! -x "$graft/.venv/bin/python" ]; then
    echo "entrypoint.sh: no $graft/.venv yet: run make setup" >&2
    exit 1
fi
# Whoever starts a container sets its variables for Graft: none is left out as another program's.
export GRAFT_ENVIRONMENT_IS_OWN=1
export PYTHONPATH="$graft${PYTHONPATH:+:$PYTHONPATH}"
# Not eval "$(...)", which would go on after a failure.
settings=$("$graft/.venv/bin/python" -m deploy.environment)
eval "$settings"
# A new volume has no such folder yet; one of a read-only mount has to be there.
if [ -n "${GRAFT_PIPELINES:-}" ]; then
    mkdir -p "$GRAFT_PIPELINES"
fi
if [ -n "${GRAFT_PASSWORDS:-}" ]; then
    python -m deploy.passwords
    unset GRAFT_PASSWORDS
fi
# Spark on Kubernetes starts an executor's pod with this one argument.
if [ "$*" = executor ]; then
    set -- python -m deploy.kubernetes_executor
fi
exec "$@"
