# Two commands do everything on a machine with make and Python: `make run` and `make test`.
# `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
PEERS := .venv-peers
SPID := .venv-spid
INTEROP := .venv-interop
JOSE := .venv-jose-3.3.0 .venv-jose-3.5.0
NODE := .node-interop
WHEELS := .wheelhouse
LOCKS := compose/image.lock compose/build.lock compose/load.lock
OWN_BASE := school-federation-testbed-base
BASE_IMAGE ?= $(OWN_BASE)
BUILD_IMAGE ?= $(if $(filter $(OWN_BASE),$(BASE_IMAGE)),$(OWN_BASE):build,$(BASE_IMAGE))
IMAGE ?= school-federation-testbed
MACHINE ?= $(shell uname -m)
SAMLIFY := samlify-2.9.1 samlify-2.10
BIN := $(VENV)/bin
PYTEST := $(BIN)/pytest
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup run test check matrix kill bench bench-privacy peers interop browser engine base wheelhouse image load-image example-vendor docker lock schema clean

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

test: setup ## every test that needs no container engine, no browser and no server of others; names those left out, and why
	@$(PYTEST) -n $(WORKERS) --dist loadfile -m "not browser and not docker and not interop and not kill"

check: setup ## ruff, mypy --strict, import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

matrix: setup ## the two-sided matrix alone: every fault is noticed by exactly what it declares
	@$(PYTEST) tests/matrix -m "not kill"

kill: setup ## every mistake of a vendor against every case of certifying, and what else takes minutes; SHARE=3: a third of it
	@$(PYTEST) -n $(WORKERS) -m kill --share $(or $(SHARE),1)

$(INTEROP)/.ready: tests/interop/peers.lock
	@$(PYTHON) -m venv --clear $(INTEROP)
	@$(INTEROP)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r tests/interop/peers.lock
	@touch $@

$(JOSE:%=%/.ready): .venv-jose-%/.ready: tests/interop/jose-%.lock
	@$(PYTHON) -m venv --clear .venv-jose-$*
	@.venv-jose-$*/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

$(NODE)/.ready: $(SAMLIFY:%=tests/interop/peers/%/package-lock.json)
	@for name in $(SAMLIFY); do \
	  mkdir -p $(NODE)/$$name && cp tests/interop/peers/$$name/package*.json $(NODE)/$$name/ && \
	  npm ci --prefix $(NODE)/$$name --ignore-scripts --no-audit --no-fund --loglevel=error || exit; done
	@touch $@

peers: $(INTEROP)/.ready $(JOSE:%=%/.ready) ## the software of others that tests drive, samlify where there is npm
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(NODE)/.ready; else \
	  echo "Without npm there is no samlify: its tests are left out by name."; fi

interop: setup peers ## tests with software that nobody here wrote
	@$(PYTEST) -n $(WORKERS) --dist loadfile -m "interop and not kill"

browser: setup ## tests that need Chromium
	@$(PYTEST) -m browser

engine:
	@docker version >/dev/null 2>&1 || { \
	  echo "No container engine answers: install one (Debian: apt-get install docker.io), start it (as root: dockerd) and let this user speak to it." >&2; exit 2; }

base: engine ## as root, the base image where no registry is reached: Debian 13 by debootstrap; MIRROR=URL where apt knows none
	@compose/base.sh $(OWN_BASE)

$(WHEELS)/.ready: $(LOCKS) | setup
	@rm -rf $(WHEELS)
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
	  --implementation cp --python-version 3.13 $(foreach glibc,28 27 17 12 5,--platform manylinux_2_$(glibc)_$(MACHINE)) --platform manylinux2014_$(MACHINE) \
	  --dest $(WHEELS) $(foreach lock,$(LOCKS),-r $(lock))
	@touch $@

wheelhouse: $(WHEELS)/.ready ## what the images are made of, as compose/*.lock have it, so that making them needs no network

image: engine $(WHEELS)/.ready ## the image of school, vendors and tools; BASE_IMAGE=python:3.13-slim-trixie where there is a registry
	@[ $(BASE_IMAGE) != $(OWN_BASE) ] || docker image inspect $(OWN_BASE) >/dev/null 2>&1 || $(MAKE) --no-print-directory base
	@docker build --network none --file compose/Dockerfile --build-arg BASE_IMAGE=$(BASE_IMAGE) \
	  --build-arg BUILD_IMAGE=$(BUILD_IMAGE) --tag $(IMAGE) .
	@docker image inspect --format '$(IMAGE): {{.Size}} bytes' $(IMAGE)

load-image: engine $(WHEELS)/.ready ## the image of the load's workers, on top of the testbed's
	@docker build --network none --file compose/load.Dockerfile --build-arg BASE_IMAGE=$(IMAGE) --tag $(IMAGE)-load .

example-vendor: engine ## the image of compose/example-vendor, a vendor's own, on top of the testbed's
	@docker build --network none --build-arg BASE_IMAGE=$(IMAGE) --tag $(IMAGE)-example compose/example-vendor

docker: setup ## tests that need a container engine and the image
	@$(PYTEST) -m docker || [ $$? -eq 5 ]

$(PEERS)/.ready: loadtests/bench/peers.lock
	@$(PYTHON) -m venv --clear $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r loadtests/bench/peers.lock
	@touch $@

$(SPID)/.ready: loadtests/bench/spid.lock
	@$(PYTHON) -m venv --clear $(SPID)
	@$(SPID)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r loadtests/bench/spid.lock
	@touch $@

bench: setup $(PEERS)/.ready $(SPID)/.ready ## benchmarks against peers: one JSON line each, a table on standard error
	@$(BIN)/python -m loadtests.bench

bench-privacy: setup $(PEERS)/.ready ## the search for people's values on the published corpus, beside its peers
	@$(BIN)/python -m loadtests.bench privacy

schema: setup ## write docs/schema/*.json from the models
	@$(BIN)/python -m testbed.model.schema docs/schema

lock: ## resolve the dependencies anew (needs uv and npm)
	@uv pip compile pyproject.toml --group dev --extra browser --extra parquet --generate-hashes --no-header --python-version 3.13 --quiet -o requirements.lock
	@uv pip compile pyproject.toml --excludes compose/left-out.in -c requirements.lock --generate-hashes --no-header --python-version 3.13 --quiet -o compose/image.lock
	@uv pip compile compose/build.in -c requirements.lock --generate-hashes --no-header --python-version 3.13 --quiet -o compose/build.lock
	@uv pip compile compose/load.in --excludes compose/image.lock -c requirements.lock --generate-hashes --no-header --python-version 3.13 --quiet -o compose/load.lock
	@uv pip compile loadtests/bench/peers.in --generate-hashes --no-header --python-version 3.13 --quiet -o loadtests/bench/peers.lock
	@uv pip compile loadtests/bench/spid.in --generate-hashes --no-header --python-version 3.13 --quiet -o loadtests/bench/spid.lock
	@uv pip compile tests/interop/peers.in --generate-hashes --no-header --python-version 3.13 --quiet -o tests/interop/peers.lock
	@for version in 3.3.0 3.5.0; do uv pip compile tests/interop/jose-$$version.in --generate-hashes --no-header --python-version 3.13 --quiet -o tests/interop/jose-$$version.lock || exit; done
	@for name in $(SAMLIFY); do npm install --prefix tests/interop/peers/$$name --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error || exit; done

clean: ## remove what make and the testbed wrote; keys in .testbed stay
	@rm -rf $(VENV) $(PEERS) $(SPID) $(INTEROP) $(JOSE) $(NODE) $(WHEELS) runs .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
