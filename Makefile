# Everything runs from a virtual environment that this file makes itself; only Python >= 3.11, git and
# make are needed. `make PYTHON=/path/to/python3.12 test` picks another interpreter.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
JOBS ?= 5
# The tests start the command hundreds of times: without its bytecode each start compiles it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: venv demo test check format crash long-run buying-run faults fuzz golden bench bench-long lock clean help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(STAMP): requirements.lock requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "edibridge needs Python 3.11 or newer on the PATH" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

venv: $(STAMP) ## make the virtual environment

demo: $(STAMP) ## run the main job against a stand-in Amazon and SFTP server; look into demo/
	$(BIN)/edibridge demo

test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

check: $(STAMP) ## format, lint, types, imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## format, and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

crash: $(STAMP) ## kill the bridge a thousand times and look for what is lost or doubled (ten minutes)
	$(BIN)/python -m tests.crash

long-run: $(STAMP) ## take 5,000 orders of sellers to their end while the daemon is killed 200 times (six minutes)
	$(BIN)/python -m tests.crash.sellers

buying-run: $(STAMP) ## buy labels for 2,000 packages while the daemon is killed 500 times
	$(BIN)/python -m tests.crash.buyers

fuzz: $(STAMP) ## spoil samples in 50,000 ways, for the EDI reader and then all the way into the ledger (half an hour)
	$(BIN)/python -m tests.edi.fuzz
	$(BIN)/python -m tests.pipeline.fuzz

faults: $(STAMP) ## strike the bridge with every fault of docs/guarantees.md, the long ones included
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal tests/faults -m "slow or not slow"

golden: $(STAMP) ## write the expected results that are missing; never overwrites one
	$(BIN)/python -m tests.golden

bench: $(STAMP) ## measure against pyx12 and pydifact, as ratios, the whole way, and at Amazon's ceiling (a quarter of an hour)
	$(BIN)/python -m bench

bench-long: $(STAMP) ## the same with a million documents, 250 MB and ten million rows (forty minutes)
	$(BIN)/python -m bench --long

lock: $(STAMP) ## pin the environment anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group dev --extra simulator pyproject.toml -o requirements-dev.lock

clean: ## remove what was built
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
