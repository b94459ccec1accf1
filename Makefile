# Two commands do everything on a machine with make and Python: `make run` and `make test`.
# `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
PEERS := .venv-peers
INTEROP := .venv-interop
BIN := $(VENV)/bin
PYTEST := $(BIN)/pytest
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup run test check matrix bench bench-privacy interop browser docker lock schema clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 13))' 2>/dev/null || { \
	  echo "The testbed needs Python 3.13 or newer, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || true): install it, or name one with 'make PYTHON=/path/to/python3.13 ...'." >&2; exit 2; }
	@echo "Setting up $(VENV) (once, about a minute) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(VENV)/.ready ## make the environment .venv from the lock file

run: setup ## play the tour and say where the report is
	@$(BIN)/testbed run

test: setup ## every test that needs no container engine and no browser; names those left out, and why
	@$(PYTEST) -n $(WORKERS) --dist loadfile -m "not browser and not docker"

check: setup ## ruff, mypy --strict, import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

matrix: setup ## the two-sided matrix alone: every fault is noticed by exactly what it declares
	@$(PYTEST) tests/matrix

$(INTEROP)/.ready: tests/interop/peers.lock
	@$(PYTHON) -m venv --clear $(INTEROP)
	@$(INTEROP)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r tests/interop/peers.lock
	@touch $@

interop: setup $(INTEROP)/.ready ## tests with software that nobody here wrote
	@$(PYTEST) -m interop

browser: setup ## tests that need Chromium
	@$(PYTEST) -m browser

docker: setup ## tests that need a container engine
	@$(PYTEST) -m docker || [ $$? -eq 5 ]

$(PEERS)/.ready: loadtests/bench/peers.lock
	@$(PYTHON) -m venv --clear $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r loadtests/bench/peers.lock
	@touch $@

bench: setup $(PEERS)/.ready ## benchmarks against peers: one JSON line each, a table on standard error
	@$(BIN)/python -m loadtests.bench

bench-privacy: setup $(PEERS)/.ready ## the search for people's values on the published corpus, beside its peers
	@$(BIN)/python -m loadtests.bench privacy

schema: setup ## write docs/schema/*.json from the models
	@$(BIN)/python -m testbed.model.schema docs/schema

lock: ## resolve the dependencies anew (needs uv)
	@uv pip compile pyproject.toml --group dev --extra browser --generate-hashes --no-header --python-version 3.13 --quiet -o requirements.lock
	@uv pip compile loadtests/bench/peers.in --generate-hashes --no-header --python-version 3.13 --quiet -o loadtests/bench/peers.lock
	@uv pip compile tests/interop/peers.in --generate-hashes --no-header --python-version 3.13 --quiet -o tests/interop/peers.lock

clean: ## remove what make and the testbed wrote; keys in .testbed stay
	@rm -rf $(VENV) $(PEERS) $(INTEROP) runs .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
