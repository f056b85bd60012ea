# make run: serve the app with its demo library.  make test: what to run after every change.  make test-full: everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BROWSER := -m "browser and not slow and not timing"
# What every page is for; the other files of the browser take twice as long, and belong to test-full.
WALKS := $(addprefix tests/browser/test_,main_job.py compare.py compare_mend.py annotate.py review.py models.py library_shelf.py)
OTHERS := tests/browser $(WALKS:%=--ignore=%)
# What asks the database for something that not every database does alike; with PostgreSQL once more.
STORES := accounts annotations assignments database jobs library mended merging persons preferences search task_states trash
ROUTES := annotate library mended picker preferences review
ASKS := $(STORES:%=tests/storage/test_%.py) $(ROUTES:%=tests/webapp/routes/test_%.py) \
	$(addprefix tests/webapp/test_,jobs.py several_workers.py webhooks.py)

# What loses a race while several share two cores is tried once more alone, and is told.
once_more = $(1) $(BIN)/python -m pytest $(2) $(3) || $(1) $(BIN)/python -m pytest $(2) --lf --lfnf=none
.PHONY: run test test-full test-long soak fuzz lint player wire demo bench clean

run: $(VENV)/.installed
	$(BIN)/python app.py

# Nothing is tested of the disk but how it refuses: where there is room, what tests write lies in memory.
test test-full test-long: export TMPDIR := $(or $(TMPDIR),$(shell test "$$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -gt 8000000 2>/dev/null && echo /dev/shm),/tmp)

test: $(VENV)/.installed-dev player
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(call once_more,OMP_NUM_THREADS=1,-m "not browser and not slow",-n auto --dist worksteal)
	$(call once_more,,$(WALKS) $(BROWSER),-n 2 --dist loadfile)

test-full: test
	$(call once_more,,$(OTHERS) $(BROWSER),-n 2 --dist loadfile)
	$(call once_more,OMP_NUM_THREADS=1,-m "slow and not long",-n auto --dist worksteal)
	$(call once_more,OMP_NUM_THREADS=1,$(ASKS) --database postgresql -m "not timing and not long",-n auto --dist loadfile)
	$(call once_more,,-m "timing and not slow",)

# What takes a minute or more, or tries another input of a kind that a shorter test covers (a quarter of an hour).
test-long: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m long

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
	@echo "Installs 85 packages, 2.0 GB on disk (several more where PyTorch brings what GPUs need); takes a few minutes the first time."
	$(BIN)/pip install --disable-pip-version-check -q -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements-llm.txt requirements-postgres.txt requirements-scale.txt $(VENV)/.installed
	@echo "Installs 41 packages for the tests, 1.0 GB on disk (a quarter of it Ray); takes a few minutes the first time."
	$(BIN)/pip install --disable-pip-version-check -q -r requirements-dev.txt
	touch $@

clean:
	rm -rf $(VENV) node_modules .pytest_cache .ruff_cache
