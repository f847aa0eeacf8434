# The book on the safety of IVIg in dermatomyositis. `make help` lists what there is to make.
# Needed: make and Python 3.11, 3.12 or 3.13. Everything else is pinned, hashed and installed into .venv.

VENV := .venv
BIN := $(VENV)/bin
ENVIRONMENT := $(VENV)/.installed
DEV_ENVIRONMENT := $(VENV)/.installed-dev
LAB := .venv-lab
LAB_ENVIRONMENT := $(LAB)/.installed
BENCH_VENV := .venv-bench
BENCH_ENVIRONMENT := $(BENCH_VENV)/.installed
BENCH ?= counts
BUILD := _build
PORT ?= 8000

# The first interpreter that really runs and is new enough: a version manager's shim may exist and yet fail.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PYTHON_OR_STOP = $(or $(PYTHON),$(error Python 3.11 or newer is needed, and none was found. Name one: make PYTHON=/path/to/python3))

# The same bytes on every machine: no hash order, no clock (the article's publication date stands in for it),
# sums in one order, no settings from the user's home.
export PYTHONHASHSEED := 0
export SOURCE_DATE_EPOCH := 1705449600
export PYTHONUTF8 := 1
export OPENBLAS_NUM_THREADS := 1
export IPYTHONDIR := $(CURDIR)/$(BUILD)/ipython
export MPLCONFIGDIR := $(CURDIR)/$(BUILD)/matplotlib
export JUPYTER_PLATFORM_DIRS := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1
export DO_NOT_TRACK := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONPATH PYTHONSTARTUP

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help book pdf notebooks check test pages lint data ensemble bounds consistency pilot answers claims export lab labcheck live serve bench lock clean

help: ## List what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# What is installed through a link, or cleared, belongs to another checkout.
unlinked = @test ! -L $(1) || { echo "$(1) is a link: remove it, or run make in the checkout it leads to" >&2; exit 1; }

# $(call install,environment,lock): uv where it is present, as it is faster; else pip. Either compiles bytecode.
install = @$(if $(shell command -v uv 2>/dev/null),\
	uv pip install --quiet --python $(1) --compile-bytecode,$(1)/bin/python -m pip install -qq) \
	--no-deps --only-binary :all: --require-hashes -r $(2)

$(ENVIRONMENT): requirements.txt
	$(call unlinked,$(VENV))
	@echo "Installing the pinned environment into $(VENV); this takes about a minute"
	@$(PYTHON_OR_STOP) -m venv --clear $(VENV)
	$(call install,$(VENV),$<)
	@# An editable install cannot be hashed and wants a build backend; a path file needs neither.
	@echo ../../../../src > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/safetybook.pth"
	@touch $@

# The same versions (make lock resolves both together), and what only checks, the PDF and a cluster need.
$(DEV_ENVIRONMENT): requirements-dev.txt $(ENVIRONMENT)
	$(call unlinked,$(VENV))
	@echo "Adding the checks to $(VENV)"
	$(call install,$(VENV),$<)
	@touch $@

$(LAB_ENVIRONMENT): requirements-lab.txt
	$(call unlinked,$(LAB))
	@echo "Installing JupyterLab into $(LAB)"
	@$(PYTHON_OR_STOP) -m venv --clear $(LAB)
	$(call install,$(LAB),$<)
	@touch $@

$(BENCH_ENVIRONMENT): requirements-bench.txt
	$(call unlinked,$(BENCH_VENV))
	@echo "Installing other ways to count into $(BENCH_VENV)"
	@$(PYTHON_OR_STOP) -m venv --clear $(BENCH_VENV)
	$(call install,$(BENCH_VENV),$<)
	@touch $@

book: notebooks ## Execute what is stale, then build the pages that changed into _build/html
	$(BIN)/python -m safetybook.html_book
	@echo "The book: $(BUILD)/html/index.html"

pdf: book $(DEV_ENVIRONMENT) ## Set the whole book for print, into _build/pdf; needs Chromium or Chrome
	$(BIN)/python -m proderm.paper

notebooks: $(ENVIRONMENT) ## Execute the notebooks whose code, imports, data or lock changed
	$(BIN)/python -m safetybook.notebooks execute --warm scipy.stats --warm seaborn --warm proderm.pages:verdicts notebooks/*.md --pages book/*.md

check: lint ## Check style, types and each part by itself, in about a minute
	@# Not tests/whole: they run whole programmes, solve, or go through every page of the book.
	$(BIN)/python -m pytest tests --ignore tests/whole --ignore tests/browser --numprocesses 2 --dist worksteal

test: lint ## Check the code, the data, the claims and every stored output
	@# The tests of the built pages are for make pages: here the book may be missing, or an old one. JupyterLab
	@# and make live are for make labcheck: they have an environment of their own.
	@# A notebook is one kernel's, so its cells stay together; tests/conftest.py puts the longest first.
	$(BIN)/python -m pytest --nbval --nbval-current-env --numprocesses 2 --dist loadscope --no-loadscope-reorder \
		--ignore-glob 'tests/browser/test_pages*.py' --ignore-glob 'tests/browser/test_l*.py'

pages: book $(DEV_ENVIRONMENT) ## Build the book, then check every page in a browser
	$(BIN)/python -m pytest tests/browser/test_pages*.py --numprocesses 2

lint: $(DEV_ENVIRONMENT) ## Check style and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

data: $(ENVIRONMENT) ## Reconstruct data/adam from the claims
	$(BIN)/python -m proderm.reconstruct

ensemble: $(DEV_ENVIRONMENT) ## Reconstruct data/ensemble, a hundred times; goes on where it was stopped
	$(BIN)/python -m proderm.reconstruct_many $(ENSEMBLE_OPTIONS)
	$(BIN)/python -m proderm.spread

bounds: $(ENVIRONMENT) ## Solve between which numbers the claims leave what the article does not print
	$(BIN)/python -m proderm.witnesses

consistency: $(ENVIRONMENT) ## Find the claims that cannot all hold, and which misprints would be noticed
	$(BIN)/python -m proderm.consistency.store

pilot: $(ENVIRONMENT) ## Bound another trial, whose truth is known, from its printed tables
	$(BIN)/python -m cdiscpilot.bounds

answers: $(ENVIRONMENT) ## Solve what the pages ask of the claims, and keep the answers
	$(BIN)/python -m proderm.answers

claims: $(ENVIRONMENT) ## Give each claim of the article its verdict
	$(BIN)/python -m proderm.claims

export: book ## Put every table as CSV, XLSX, RTF and LaTeX, and all results, into _build/export
	$(BIN)/python -m proderm.export

lab: export JUPYTER_PATH := $(CURDIR)/$(BUILD)/kernel/share/jupyter
lab: export JUPYTER_CONFIG_PATH := $(CURDIR)/lab
lab: $(ENVIRONMENT) $(LAB_ENVIRONMENT) ## Open the notebooks in JupyterLab
	@# Lab runs from its own environment; the notebooks' kernel is the pinned one.
	@$(BIN)/python -m ipykernel install --prefix $(BUILD)/kernel --name python3 --display-name "Python 3" \
		--env PYTHONPATH $(CURDIR)/src >/dev/null
	$(LAB)/bin/jupyter-lab --notebook-dir . --LabApp.default_url=/lab/tree/notebooks \
		--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate --LabApp.extension_manager=readonly $(LAB_OPTIONS)

labcheck: book $(DEV_ENVIRONMENT) $(LAB_ENVIRONMENT) ## Open, run and save the notebooks in JupyterLab, in a browser
	$(BIN)/python -m pytest tests/browser/test_lab.py tests/browser/test_live.py

live: export PORT := $(PORT)
live: $(ENVIRONMENT) $(LAB_ENVIRONMENT) ## Serve the book; after each edit, build what it changes and refresh the page
	@$(LAB)/bin/python lab/live.py

serve: book ## Build the book and serve it on this machine
	@echo "http://127.0.0.1:$(PORT)/"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory $(BUILD)/html $(PORT)

bench: $(DEV_ENVIRONMENT) $(BENCH_ENVIRONMENT) ## Time the counting beside other ways; BENCH=build or deep: what takes long
	$(BIN)/python -m bench.run $(BENCH)
	$(BIN)/python -m bench.page

lock: ## Resolve requirements*.in anew; UPGRADE=--upgrade takes newer versions
	@$(PYTHON_OR_STOP) -m venv --clear $(BUILD)/lock
	@$(BUILD)/lock/bin/python -m pip install -qq uv
	$(BUILD)/lock/bin/uv pip compile $(RESOLVE) requirements-dev.in --output-file requirements-dev.txt
	$(BUILD)/lock/bin/uv pip compile $(RESOLVE) --constraints requirements-dev.txt requirements.in --output-file requirements.txt
	$(BUILD)/lock/bin/uv pip compile $(RESOLVE) --constraints requirements.txt requirements-lab.in --output-file requirements-lab.txt
	$(BUILD)/lock/bin/uv pip compile $(RESOLVE) --constraints requirements.txt requirements-bench.in --output-file requirements-bench.txt

# One lock for Linux, macOS and Windows, 3.11 and later; its text names no registry.
RESOLVE = $(UPGRADE) --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

clean: ## Remove what was built; the installed environments stay
	rm -rf $(BUILD) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests book -name __pycache__ -type d -prune -exec rm -rf {} +
