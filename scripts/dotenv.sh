#!/usr/bin/env bash
# Write the settings of docker-compose.yml with random secrets, unless the file exists. $1: the file.
set -euo pipefail
if [ -e "$1" ]; then
    exit 0
fi
# Print random characters that need no quotes in a URL, a shell or Compose. $1: number of bytes.
random() { head -c "$1" /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n'; }

umask 077
set -o noclobber # fails where another process wrote the file in between
cat >"$1" <<END
# Written by make up, read by docker-compose.yml. Keep it: the data base was created with this
# password, and the Fernet key decrypts the connections in it.
GRAFT_POSTGRES_PASSWORD=$(random 24)
GRAFT_FERNET_KEY=$(random 32)
GRAFT_JWT_SECRET=$(random 48)
GRAFT_SECRET_KEY=$(random 48)
GRAFT_SPARK_SECRET=$(random 24)

# Users who may log in, name:role,... (viewer, user, op, admin), and their passwords.
GRAFT_USERS=admin:admin
GRAFT_PASSWORDS='{"admin": "$(random 12)"}'

# Schedule of the DAG once it is switched on, cron in UTC or none, and params of scheduled runs.
# GRAFT_SCHEDULE=@weekly
# GRAFT_PARAMS='{"dataset_url": "https://example.org/mine.tar.gz"}'

# Who is told by mail, see docs/airflow.md; nobody by default.
# GRAFT_NOTIFY=ann@example.org,bob@example.org

# Where runs tell a lineage tool what they read and wrote, see docs/lineage.md; nowhere by default.
# OPENLINEAGE_URL=http://marquez:5000

# Addresses of Airflow, of Spark's page, of the model and of MLflow, and limits. These are the defaults.
# GRAFT_BIND=127.0.0.1
# GRAFT_PORT=8080
# GRAFT_SPARK_PORT=8081
# GRAFT_SERVE_PORT=8501
# GRAFT_MLFLOW_PORT=5000
# GRAFT_HOST=localhost
# GRAFT_ACTIVE_RUNS=1
# GRAFT_SCHEDULER_LIMIT=6g
# GRAFT_WORKER_CORES=2
# GRAFT_WORKER_MEMORY=4g
# GRAFT_WORKER_LIMIT=6g
# GRAFT_SERVE_LIMIT=2g
END
echo "wrote $1 with random secrets" >&2
