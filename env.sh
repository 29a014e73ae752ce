# Source this in bash or zsh: graft, airflow, spark-submit and python are then those of .venv.
#     source env.sh
#     airflow dags test flowers_transfer_learning
_graft="$(cd "$(dirname "${BASH_SOURCE[0]:-$0}")" && pwd)"
if [ -x "$_graft/.venv/bin/python" ]; then
    # Of another Python; the checkout may not be in PYTHONPATH yet.
    unset PYTHONHOME PYTHONWARNINGS PYTHONOPTIMIZE PYTHONSAFEPATH
    eval "$(PYTHONPATH="$_graft" "$_graft/.venv/bin/python" -m deploy.environment)"
    if [ ! -f "$AIRFLOW_HOME/airflow.db" ] && [ -z "${AIRFLOW__DATABASE__SQL_ALCHEMY_CONN:-}" ]; then
        echo "env.sh: creating Airflow's data base, once" >&2
        # For its owner alone: it has connections and the params of runs.
        (umask 077 && airflow db migrate >/dev/null 2>&1) || echo "env.sh: airflow db migrate failed, run it to see why" >&2
    fi
else
    echo "env.sh: no $_graft/.venv yet: run make setup" >&2
fi
unset _graft
