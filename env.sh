# Source this in bash or zsh: airflow, spark-submit and python are then Graft's own.
#     source env.sh
#     airflow dags test flowers_transfer_learning
_graft="$(cd "$(dirname "${BASH_SOURCE[0]:-$0}")" && pwd)"
if [ -x "$_graft/.venv/bin/python" ]; then
    # PYTHONPATH may not hold the checkout yet.
    eval "$(PYTHONPATH="$_graft" "$_graft/.venv/bin/python" -m tasks.environment)"
else
    echo "env.sh: no $_graft/.venv yet: run make setup" >&2
fi
unset _graft
