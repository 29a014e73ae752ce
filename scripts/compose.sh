#!/usr/bin/env bash
# Start, stop or follow the containers: make up, down, logs. $1: up, down or logs.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "make $1: $2" >&2
    exit 1
}

command -v docker >/dev/null ||
    fail "$1" "docker is not on PATH: install Docker (https://docs.docker.com/engine/install)"
docker compose version >/dev/null 2>&1 ||
    fail "$1" "docker has no compose plugin: install docker-compose-plugin (https://docs.docker.com/compose/install)"
docker version >/dev/null 2>&1 ||
    fail "$1" "the Docker engine does not answer: start it, and see that this user may use it (docker version says why)"

case $1 in
up)
    scripts/dotenv.sh .env
    docker compose up --build --detach --wait
    cat <<END

Airflow   http://$(docker compose port airflow-apiserver 8080)
Spark     http://$(docker compose port spark-master 8081)
model     http://$(docker compose port serve 8501), from the first promotion on
log in    as admin; the password: grep GRAFT_PASSWORDS .env
END
    ;;
down)
    docker compose down
    echo "The volumes stay: artefacts and Airflow's data base. To remove them as well: docker compose down --volumes"
    ;;
logs)
    docker compose logs --follow --tail 100
    ;;
*)
    fail "$1" "unknown, expected up, down or logs"
    ;;
esac
