# make run: serve the app with its demo library.  make test: what to run after every change.  make test-full: everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BROWSER := -m "browser and not slow and not timing"
# What every page is for; the other files of the browser take twice as long, and belong to test-full.
WALKS := $(addprefix tests/browser/test_,main_job.py compare.py compare_mend.py annotate.py review.py models.py library_shelf.py)
OTHERS := tests/browser $(WALKS:%=--ignore=%)

.PHONY: run test test-full soak fuzz lint player wire demo bench clean

run: $(VENV)/.installed
	$(BIN)/python app.py

test: $(VENV)/.installed-dev player
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not browser and not slow" -n auto --dist worksteal
	# What loses a race while two browsers share two cores is tried once more alone, and is told.
	$(BIN)/python -m pytest $(WALKS) $(BROWSER) -n 2 --dist loadfile || $(BIN)/python -m pytest $(WALKS) $(BROWSER) --lf --lfnf=none

test-full: test
	$(BIN)/python -m pytest $(OTHERS) $(BROWSER) -n 2 --dist loadfile || $(BIN)/python -m pytest $(OTHERS) $(BROWSER) --lf --lfnf=none
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m slow -n auto --dist worksteal || $(BIN)/python -m pytest -m slow --lf --lfnf=none
	$(BIN)/python -m pytest -m "timing and not slow"

# Hundred people for five minutes, films and a training beside, then ten kills of the server (a quarter of an hour).
soak: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks soak --json

# Damages small files of every reader, a minute each, and sees that only sentences come of it (SEED=2 for other files).
SEED ?= 1
fuzz: $(VENV)/.installed-dev
	$(BIN)/python -m tests.fuzz --seconds 60 --seed $(SEED)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

# Types and style of the player's modules. Node and npm come from a Python package, so nothing else must be installed.
player: node_modules/.installed
	$(BIN)/node node_modules/typescript/bin/tsc
	$(BIN)/node node_modules/eslint/bin/eslint.js assets/player

# Types of what the server answers, for the player's modules: to be run after a change of a route's models.
wire: node_modules/.installed
	$(BIN)/python -m webapp.wire

node_modules/.installed: package.json package-lock.json $(VENV)/.installed-dev
	@echo "Installs what checks the player's modules, 63 MB on disk."
	$(BIN)/npm ci --ignore-scripts --loglevel=error
	touch $@

# Renders the demo videos, simulates their people and trains the demo checkpoints again (several minutes).
demo: $(VENV)/.installed
	$(BIN)/python -m assets.demo.making.build

# Runs every speed benchmark that fits this machine and rewrites their table in benchmarks/RESULTS.md (half an hour).
bench: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.table

$(VENV)/.installed: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installs 82 packages, 2.0 GB on disk (several more where PyTorch brings what GPUs need); takes a few minutes the first time."
	$(BIN)/pip install --disable-pip-version-check -q -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements-llm.txt $(VENV)/.installed
	@echo "Installs 28 packages for the tests, 0.7 GB on disk; takes a few minutes the first time."
	$(BIN)/pip install --disable-pip-version-check -q -r requirements-dev.txt
	touch $@

clean:
	rm -rf $(VENV) node_modules .pytest_cache .ruff_cache
