# Everything runs in .venv, which is made once from the pinned and hashed requirements.txt.
# Another interpreter (3.11 or later): make PYTHON=python3.12 test
# One benchmark alone: make bench BENCH=benchmarks/bench_check.py
# The suite runs in four processes, as much of it waits; in one, with the tests named in their order: make test WORKERS=0

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH ?= benchmarks/bench_*.py
WORKERS ?= 4

.PHONY: demo test corpus faults bench lint requirements clean

demo: $(READY)
	$(BIN)/variorum demo

test: lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# All pages of the shared corpus through all their revisions, twice (the suite takes a fifth of them), and through a service
# that is killed every few seconds.
corpus: $(READY)
	CORPUS=all $(BIN)/python -m pytest -s tests/program/test_program_corpus.py tests/program/test_program_killed_service.py

# Kills, failing disks and power cuts at every recorded call of a round and of the commands, a restore drill with its times,
# every flipped bit and edited column: some two hours; needs strace and mount rights.
faults: $(READY)
	FAULTS=1 $(BIN)/python -m pytest -s tests/faults tests/evidence/test_verify.py tests/evidence/test_stranger.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY)
	@set -e; for bench in $(BENCH); do echo "== $$bench"; $(BIN)/python $$bench; done

# Dependencies first: pip refuses an editable install while it requires hashes. A Python without ensurepip (Debian's,
# without python3-venv) makes the environment bare, and its own pip fills it from outside.
$(READY): requirements.txt pyproject.toml Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; name one with: make PYTHON=python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 || \
		$(PYTHON) -m venv --clear --without-pip $(VENV)
	@set -e; pip="$(BIN)/python -m pip"; \
	$$pip --version >/dev/null 2>&1 || pip="$(PYTHON) -m pip --python $(BIN)/python"; \
	$$pip --version >/dev/null 2>&1 || { echo "No pip is there; on Debian: apt-get install python3-venv" >&2; exit 1; }; \
	echo "Installing the pinned dependencies into $(VENV) …"; \
	$$pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt; \
	$$pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Renew the pins, with pip-tools in an environment of its own, under the oldest Python 3.11 that is at hand.
requirements:
	rm -rf build/pip-tools
	$(PYTHON) -m venv build/pip-tools
	build/pip-tools/bin/pip install --quiet pip-tools
	CUSTOM_COMPILE_COMMAND="make requirements" build/pip-tools/bin/pip-compile --quiet --upgrade --extra browser --extra cluster --extra evidence --extra test \
		--strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --output-file requirements.txt pyproject.toml

clean:
	rm -rf $(VENV) build dist .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
