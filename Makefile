# `make` lists what there is
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := libreoffice-calc fonts-noto-cjk fonts-crosextra-carlito poppler-utils python3-venv python3-uno libpangoft2-1.0-0 default-jre-headless

.DEFAULT_GOAL := help
.PHONY: help setup system lint test quick fuzz torture mutants demo bench bench-scale scale build lock audit licences sbom docs clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## /make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

setup: $(VENV)/.ready  ## this folder's own environment in .venv, by the lock file

# the packages of the lock file, each against its checksums; then this folder as it stands
$(VENV)/.ready: pyproject.toml python/requirements/test.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { $(MAKE) system && $(PYTHON) -m venv --clear $(VENV); }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r python/requirements/test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# LibreOffice and the way into it from Python, Chinese fonts, one with Calibri's widths (column widths count in them), a PDF renderer, what sets the handbook,
# Java for Spark (pyspark itself comes by the lock file)
system:  ## LibreOffice, fonts, a PDF renderer and Java, by apt-get
	@command -v java >/dev/null && command -v soffice >/dev/null && command -v pdftoppm >/dev/null && fc-list :lang=zh-cn | grep -q . && fc-list | grep -qiE 'carlito|calibri' && /usr/bin/python3 -c 'import uno' 2>/dev/null && $(PYTHON) -c 'import ensurepip' \
	|| { SUDO=$$(test "$$(id -u)" = 0 || echo sudo); $$SUDO apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive $$SUDO apt-get install -y -qq --no-install-recommends $(PACKAGES) >/dev/null; }

lint: setup  ## style, layers, types, dead code, rule files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/vulture
	$(BIN)/mypy
	$(BIN)/yamllint --strict rules tests
	$(BIN)/kongjian rules --lint

test: system lint  ## every check; installs LibreOffice, Chinese fonts and Java where they are missing
	$(BIN)/python -m pytest -n 2

# what finds most in the least time (pytest prints it; aim: half a minute on two idle cores): the scheme's own cases, every kind of dirt, the golden workbook
QUICK := $(addprefix tests/, base/test_replace_file.py rules/test_new_package.py rules/test_no_words_in_code.py \
	engine/test_cases.py engine/test_row.py engine/test_ranking.py engine/test_rounding.py engine/test_awards.py engine/test_events.py engine/test_inputs.py \
	engine/evidence/test_one_unit.py engine/evidence/test_touched.py engine/evidence/test_explanations.py engine/evidence/test_month_tracking.py \
	intake/test_dirt_*.py intake/test_problem_codes.py workbook/test_golden.py)
quick: setup  ## what finds most in little time, after a change of rules, engine or intake
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/kongjian rules --lint
	$(BIN)/python -m pytest -n 2 $(QUICK)

# a thousand kills over all commands that write, at most 20 minutes: 0 lost, 0 invented, 0 exposed, 0 left behind; then thirty cities
# in which nothing in a school's copy may depend on the other schools (the whole suite tries four)
torture: system setup  ## a thousand kills over all commands that write, at most 20 minutes
	$(BIN)/python tests/torture.py
	KONGJIAN_CITIES=30 $(BIN)/python -m pytest -n 2 tests/mailing/test_leaks.py

# faults set in one at a time, each seen by its module's own tests: docs/mutants.md says which and what they came to; ROOMS="masking ranking" does some
mutants: setup  ## does a test notice a fault? Set in one at a time, see docs/mutants.md
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r python/requirements/mutants.txt
	$(BIN)/python tests/mutants.py $(ROOMS)

# two thousand spoilt files, a few minutes; the whole suite tries an eighth of them
fuzz: setup  ## two thousand spoilt files, a few minutes
	FUZZ=200 $(BIN)/python -m pytest -n 2 tests/intake/importing/test_import_fuzz.py

demo: setup  ## demo data, recalculated: rankings printed, workbook written
	$(BIN)/kongjian demo demo
	$(BIN)/kongjian recalc demo/赤壁市示范数据.xlsm

# at most a quarter of an hour on two idle cores; `benchmarks/run.py --write` puts the table into benchmarks/README.md
bench: setup  ## the table of speed ratios, see benchmarks/README.md
	$(BIN)/python benchmarks/run.py

# the counts of three million lines on two workers of which one is killed, a few minutes; the whole suite has Spark's local mode
scale: system setup  ## Spark on two workers, one of them killed, held against DuckDB
	SPARK_CLUSTER=1 $(BIN)/python -m pytest tests/intake/events/test_spark.py tests/intake/events/test_spark_cluster.py

# logs of up to a hundred million lines (several GB on the disk for a while) and a province's tables
bench-scale: setup  ## logs of up to a hundred million lines and a province's tables
	$(BIN)/python benchmarks/scale.py --large

build: setup  ## kongjian.xlsm anew after a change of layout or rules
	$(BIN)/kongjian build

# the tools that look at the packages, apart from those that are looked at
.tools/.ready: python/requirements/supply.txt
	@test -x .tools/bin/python || $(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r python/requirements/supply.txt
	@touch $@

# after a change of dependencies in pyproject.toml; UPGRADE=1 takes the newest that it allows
lock: setup .tools/.ready  ## python/requirements/*.txt anew after a change of dependencies
	$(BIN)/python python/requirements/supply.py lock

# known vulnerabilities of all locked packages; says so where the database cannot be reached
audit: setup .tools/.ready  ## known vulnerabilities of the locked packages
	$(BIN)/python python/requirements/supply.py audit

licences: setup  ## docs/licences.md anew
	$(BIN)/python python/requirements/supply.py licences

# the list of parts of what staff's computers get, dist/kongjian.cdx.json (CycloneDX)
sbom: setup .tools/.ready  ## the list of parts, dist/kongjian.cdx.json
	$(BIN)/python python/requirements/supply.py sbom

# the pictures, what the pages take from the program's own data, and the pages on paper, the same bytes for the same text
docs: system setup .tools/.ready  ## pictures, handbook and 一页通, written anew
	$(BIN)/python docs/pictures/make.py
	$(BIN)/python docs/handbook/write.py
	SOURCE_DATE_EPOCH=1609459200 PYTHONHASHSEED=0 .tools/bin/python docs/handbook/print_pdf.py

clean:  ## takes away what was made here
	rm -rf $(VENV) .tools demo dist
