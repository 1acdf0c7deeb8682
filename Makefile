# Two commands matter: `make book` and `make test`. Both set everything up first, in .venv;
# run again, they do only what changed. They need Python 3.11 and the package registry.

VENV := .venv
BIN := $(VENV)/bin
# Most modules of the libraries are never imported: Python compiles those that are, when they are,
# and keeps them, whatever the shell says. Else each chapter's kernel would compile them anew.
unexport PYTHONDONTWRITEBYTECODE
# Cell ids stay: they are what makes a diff of a chapter readable. Values of inline expressions go.
NBSTRIPOUT := $(BIN)/nbstripout --keep-id --extra-keys cell.metadata.user_expressions
PORT ?= 8000
# Neighbours stay together, for what they share is made once; whoever is done first takes the rest.
PYTEST_FLAGS ?= -n auto --dist worksteal

# Rewritten only when an installation has finished, so an interrupted one is taken up again.
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install book test published-test elsewhere serve lab lint format browser-test benchmark full-size nightly summaries lock clean distclean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(INSTALLED)  ## create .venv and install what requirements/lock.txt lists

book: $(INSTALLED)  ## execute the chapters that changed and build _build/html
	$(BIN)/gcbook build

test: $(INSTALLED)  ## unit tests and doctests (no browser)
	$(BIN)/python -m pytest $(PYTEST_FLAGS) --durations=10

published-test: $(INSTALLED)  ## those of them that want the published trials or stimuli
	$(BIN)/python -m pytest $(PYTEST_FLAGS) -m "published and not nightly" tests

elsewhere: $(INSTALLED)  ## unit tests as on other processors, on one core, and in a folder whose name has a space
	tools/elsewhere

serve: book  ## show the built book on http://127.0.0.1:8000 (PORT=... for another)
	$(BIN)/gcbook serve --port $(PORT)

lab: $(INSTALLED)  ## open the chapters in JupyterLab
	$(BIN)/jupyter lab --ServerApp.ip=127.0.0.1 notebooks

lint: $(INSTALLED)  ## ruff, mypy, and no outputs in the chapters
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(NBSTRIPOUT) --verify notebooks/*.ipynb notebooks/lab/*.ipynb

format: $(INSTALLED)  ## sort imports, format the code, strip the chapters' outputs
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NBSTRIPOUT) notebooks/*.ipynb notebooks/lab/*.ipynb

# A browser, rarely, stops answering: a test for which it does is given another try.
BROWSER := --dist loadgroup --reruns 1 --only-rerun TimeoutError tests/browser

browser-test: book  ## drive the built book in Chromium
	$(BIN)/python -m pytest $(PYTEST_FLAGS) --durations=10 $(BROWSER)

benchmark: $(INSTALLED)  ## time the scorer, and the metrics on the published trials
	$(BIN)/python benchmarks/scoring.py
	$(BIN)/python benchmarks/metrics.py

full-size: $(INSTALLED)  ## score one image with a random network of Stable Diffusion's size
	$(BIN)/python benchmarks/full_size.py

# What takes long, and need not be asked at every change.
nightly: book  ## tests that take long, Firefox and WebKit, other processors, a second build, all shipped scores, families of tests, planted bugs
	$(BIN)/python -m pytest $(PYTEST_FLAGS) -m nightly --durations=10
	$(BIN)/python -m pytest $(PYTEST_FLAGS) -m nightly --durations=10 $(BROWSER)
	tools/elsewhere
	$(BIN)/python tools/build_twice.py --all
	$(BIN)/python tools/check_scores.py
	$(BIN)/python benchmarks/coverage/families.py
	$(BIN)/python tools/plant_bugs.py

summaries: $(INSTALLED)  ## recompute the shipped summaries from the published trials
	$(BIN)/python tools/build_summaries.py

lock: | $(BIN)/python  ## bring requirements/ up to date with pyproject.toml
	@$(BIN)/python tools/environment.py lock

clean:  ## remove what the build and the tests leave behind
	rm -rf _build book/chapters build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
	find gcbook tests tools benchmarks -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

distclean: clean  ## the same, and .venv
	rm -rf $(VENV)

# PYTHON=/path/to/python chooses the interpreter; else the first fitting one on the PATH is taken.
# 3.11 is what everything is tested with, and preferred.
CANDIDATES := $(PYTHON) python3.11 python3.12 python3.13 python3 python

$(BIN)/python:
	@for candidate in $(CANDIDATES); do \
	  if $$candidate -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	      >/dev/null 2>&1; then \
	    echo "creating $(VENV) with $$($$candidate --version)"; \
	    exec $$candidate -m venv $(VENV); \
	  fi; \
	done; \
	echo "gcbook needs Python 3.11 (3.12 and 3.13 will do) with its venv module, and found none among:" \
	  "$(CANDIDATES). Install Python 3.11 (on Debian with the package python3-venv)," \
	  "or name one: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; \
	exit 1

$(INSTALLED): pyproject.toml requirements/lock.txt requirements/uv.txt tools/environment.py \
    | $(BIN)/python
	@echo "installing into $(VENV); the first time this takes half a minute or more"
	@$(BIN)/python tools/environment.py install
	@touch $@
