# Every target sets up what it needs. All need Python 3.11, 3.12 or 3.13 only, but up, down and logs,
# which need Docker only.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV_READY := $(VENV)/.ready-dev
SOURCE ?= sample
PORT ?= 8080
# Examples of every kind of input that make test-hostile makes.
EXAMPLES ?= 2000
GRAFT := $(BIN)/graft
# What runs until it is stopped also stops when make is killed.
STOPPED_WITH_MAKE := GRAFT_PARENT_PID=$$PPID exec
CONF ?= {}
UV_VERSION := 0.13.9
# The folder, too, so that a deleted file is noticed.
SCALA := jvm $(wildcard jvm/*.scala) tasks/spark/scala_jar.py
INSTALLED := $(VENV)/.installed
DEV_INSTALLED := $(VENV)/.installed-dev
COMPILE := echo "setup: compiling jvm/" >&2; $(BIN)/python -m tasks.spark.scala_jar >/dev/null

# Settings of another Python, with which not even graft could start.
unexport PYTHONHOME PYTHONPATH PYTHONWARNINGS PYTHONOPTIMIZE PYTHONSAFEPATH
# Make would read the $ in them as a variable of its own.
unexport CONF DATA
run: export GRAFT_CONF := $(value CONF)
run: export GRAFT_DATA := $(value DATA)

# Python 3.12.1 and older ones of its line read the path of the checkout in the locale's encoding.
NEEDS_UTF8 := run ui doctor sample $(READY) $(DEV_READY) $(INSTALLED) $(DEV_INSTALLED)
UTF8 := $(filter %.UTF-8 %.utf8,$(or $(LC_ALL),$(LC_CTYPE),$(LANG)))
$(NEEDS_UTF8): export LC_ALL := $(if $(UTF8),$(LC_ALL),C.UTF-8)

.PHONY: help setup setup-dev doctor run ui shell up down logs test lint types bench bench-scale
.PHONY: bench-head bench-ingest bench-networks bench-score bench-serve sample test-hostile
.PHONY: test-pythons bench-photographs test-mlflow test-exports setup-exports
.PHONY: pictures lock clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  .venv/bin/graft --help: run, ui, doctor, train, report and sample with all their options"
	@echo "  variables: DATA=~/pictures, NETWORK=mobilenet_v1, SOURCE=sample|urls, CONF='{\"epochs\": 5}', GRAFT_HOME (default work/), PORT, PYTHON"

setup: $(READY) ## Make .venv from the lock; cheap when nothing changed
setup-dev: $(DEV_READY) ## The same with test and lint tools
setup-exports: $(READY) ## Add the converters of model.onnx and model.tflite to .venv
	@scripts/exports.sh $(UV_VERSION) add

$(READY): $(INSTALLED) $(SCALA)
	@$(COMPILE)
	@touch $@

$(DEV_READY): $(DEV_INSTALLED) $(SCALA)
	@$(COMPILE)
	@touch $(READY) $@

$(INSTALLED): requirements.txt pyproject.toml scripts/setup.sh
	@scripts/setup.sh $(UV_VERSION) requirements.txt
	@touch $@

$(DEV_INSTALLED): requirements.txt requirements-dev.txt pyproject.toml scripts/setup.sh
	@scripts/setup.sh $(UV_VERSION) requirements.txt requirements-dev.txt
	@touch $(INSTALLED) $@

doctor: $(READY) ## Check this machine: a line each, ok or what to do
	@$(GRAFT) doctor

run: $(READY) ## Run the DAG to its end and print a summary (DATA=..., NETWORK=..., CONF='{...}')
	@$(STOPPED_WITH_MAKE) $(GRAFT) run --source '$(SOURCE)' $(if $(value DATA),--data "$$GRAFT_DATA") $(if $(NETWORK),--param 'network=$(NETWORK)') --conf "$$GRAFT_CONF"

ui: $(READY) ## Airflow with its web pages on 127.0.0.1, until Ctrl-C (PORT=...)
	@$(STOPPED_WITH_MAKE) $(GRAFT) ui --port '$(PORT)'

shell: $(READY) ## Open a shell in which airflow and spark-submit are Graft's
	@source ./env.sh && exec $${SHELL:-/bin/bash}

up: ## Build and start Airflow, Postgres and Spark in containers; needs Docker only
	@scripts/compose.sh up

down: ## Stop the containers; their volumes stay
	@scripts/compose.sh down

logs: ## Follow what the containers log
	@scripts/compose.sh logs

test: $(DEV_READY) lint types ## Lint, type check and run every test, two groups at a time
	@$(BIN)/python -m pytest --numprocesses=2 --durations=10

test-hostile: $(DEV_READY) ## Try hostile archives, records, checkpoints, servers; print counts (EXAMPLES=...)
	@GRAFT_HOSTILE_EXAMPLES='$(EXAMPLES)' $(BIN)/python -m pytest tests/hostile

test-pythons: $(DEV_READY) ## Run the sample on every other Python of this machine that Graft runs on
	@GRAFT_TEST_PYTHONS=1 $(BIN)/python -m pytest tests/e2e/test_other_pythons.py

test-mlflow: $(DEV_READY) ## Log to a real MLflow server, which is installed apart from .venv
	@program=$$(scripts/mlflow.sh $(UV_VERSION)) && GRAFT_TEST_MLFLOW="$$program" $(BIN)/python -m pytest tests/e2e/test_mlflow_server.py

test-exports: $(DEV_READY) ## Run model.onnx and model.tflite; their converters are installed apart from .venv
	@packages=$$(scripts/exports.sh $(UV_VERSION) apart) && PYTHONPATH="$$packages" $(BIN)/python -m pytest tests/tasks/exports/test_formats.py

lint: $(DEV_READY) ## ruff, shellcheck, hadolint, the Compose schema, codespell
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/shellcheck scripts/*.sh conf/*.sh .ci/run
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	@$(BIN)/codespell README.md CHANGELOG.md docs tasks dags plugins deploy tests benchmarks

types: $(DEV_READY) ## mypy, strict
	@$(BIN)/mypy

bench: $(DEV_READY) ## Benchmarks, as ratios of one run
	@scripts/entrypoint.sh python -m benchmarks

bench-head: $(DEV_READY) ## Heads on real features, against scikit-learn, over five splits (HEAD='--distributed')
	@scripts/entrypoint.sh python -m benchmarks.head $(HEAD)

bench-scale: $(DEV_READY) ## The job on a cluster, on 1, 4 and 10 times the records
	@scripts/entrypoint.sh python -m benchmarks.scale

bench-ingest: $(DEV_READY) ## Pictures to a data set, against Keras and Hugging Face's datasets
	@scripts/entrypoint.sh python -m benchmarks.ingest $(if $(HF_PYTHON),--hf-python '$(HF_PYTHON)')

bench-networks: $(DEV_READY) ## Both engines on every kind of network (NETWORKS='vgg_16 resnet_v2_50', all: NETWORKS=all)
	@scripts/entrypoint.sh python -m benchmarks.networks $(if $(NETWORKS),--networks '$(NETWORKS)')

bench-photographs: $(DEV_READY) ## Both engines on pictures as large as cameras make them
	@scripts/entrypoint.sh python -m benchmarks.photographs

bench-score: $(DEV_READY) ## Scoring a folder of pictures, against the training's feature stage
	@scripts/entrypoint.sh python -m benchmarks.score

bench-serve: $(DEV_READY) ## graft serve under load, against the bare SavedModel (MODEL=..., PICTURES=folder)
	@scripts/entrypoint.sh python -m benchmarks.serve $(if $(MODEL),--model '$(MODEL)') $(if $(PICTURES),--pictures '$(PICTURES)')

sample: $(READY) ## Make the bundled sample and say where it is
	@$(GRAFT) sample make

pictures: $(DEV_READY) ## Make docs/ui-*.png anew from the browser tests' screenshots
	@CI=true $(BIN)/python -m pytest tests/e2e/test_ui_browser.py
	@$(BIN)/python scripts/pictures.py

lock: ## Compile requirements.txt and requirements-dev.txt anew
	@scripts/lock.sh $(UV_VERSION)

clean: ## Remove .venv and caches; work/ and its artefacts stay
	rm -rf $(VENV) .setup .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -not -path './work/*' -prune -exec rm -rf {} +
