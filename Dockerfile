# One image for every role of docker-compose.yml but Postgres. The lock is installed before any
# source is copied, so a change of code rebuilds only the last few layers.
# Digest: see docs/cluster.md, Images.
FROM python:3.11.16-slim-bookworm@sha256:0bee7276f83efd4a1ee05bbbf4281d95ed28e079220a9457f25a93e3f1e3c31b AS base

FROM base AS lock
WORKDIR /opt/graft
COPY scripts/setup.sh scripts/uv.sh scripts/
COPY requirements.txt pyproject.toml ./
# Enough to install the project, whose sources come later.
COPY deploy/__init__.py deploy/
COPY tasks/__init__.py tasks/
# uv's version is the Makefile's. Linking out of a cache mount is not possible.
ARG UV_VERSION=0.13.9
ENV UV_LINK_MODE=copy
RUN --mount=type=cache,target=/root/.cache/uv scripts/setup.sh "$UV_VERSION" requirements.txt

FROM lock AS scala
COPY jvm/ jvm/
COPY tasks/ tasks/
RUN PYTHONPATH=. .venv/bin/python -m tasks.spark.scala_jar

# MLflow's server, for the profile mlflow of docker-compose.yml: it needs other versions than Graft.
FROM base AS mlflow
WORKDIR /opt/graft
COPY requirements-mlflow.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --require-hashes --requirement requirements-mlflow.txt
RUN useradd --uid 50000 --gid 0 --create-home graft \
    && install --directory --owner 50000 --group 0 --mode 775 mlflow
USER 50000:0

FROM base
WORKDIR /opt/graft
# Group 0, so that platforms that choose the user id themselves can write, too. A named volume takes
# the owner and the rights of the folder that it is mounted on.
RUN useradd --uid 50000 --gid 0 --create-home graft \
    && install --directory --owner 50000 --group 0 --mode 775 work
COPY --from=lock /opt/graft/.venv .venv
COPY --from=scala /opt/graft/.venv/share/graft .venv/share/graft
COPY LICENSE ./
COPY conf/ conf/
COPY deploy/ deploy/
COPY jvm/ jvm/
COPY scripts/ scripts/
COPY plugins/ plugins/
COPY dags/ dags/
COPY tasks/ tasks/
# Compiled now, because the user cannot write byte code here.
RUN .venv/bin/python -m compileall -q dags deploy plugins tasks
USER 50000:0
ENTRYPOINT ["/opt/graft/scripts/entrypoint.sh"]
