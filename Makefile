# The one entrance: `make run` to see it, `make test` to prove it, `make check` before you push.

.DEFAULT_GOAL := help

PY := .venv/bin/python
DEV := $(PY) develop.py
JOBS ?= 4

# In the order of their names: by size, the long files with few tests would come last and alone.
# What to test: make test T=tests/domain K='late or twice' DB=sqlite JOBS=4
T ?= tests
PYTEST := $(PY) -m pytest -n $(JOBS) --dist loadscope --no-loadscope-reorder --durations=25 --durations-min=5 $(if $(K),-k '$(K)') $(if $(DB),--database $(DB))

# Bytecode makes every start about three times quicker: do not let the environment forbid it.
unexport PYTHONDONTWRITEBYTECODE
# An HTTP proxy must never catch what we say to ourselves.
comma := ,
export NO_PROXY := 127.0.0.1,localhost,::1$(if $(NO_PROXY),$(comma)$(NO_PROXY))
export no_proxy := $(NO_PROXY)

.PHONY: help album static pgbouncer setup install run test check check-install check-installs clients bench ratios sandbox-wheel drill prove fidelity audit licenses sbom docs lint types imports fmt lock vendor messages browser

help:  ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/runtime.stamp  ## Make .venv with the locked dependencies, bring the database to head
	@$(DEV) flask --app wsgi db upgrade

install: .venv/runtime.stamp  ## Make .venv with the locked dependencies and nothing else

run: .venv/runtime.stamp  ## Set up, then serve shop, worker, sandbox and a backend; PORT=8000 SANDBOX_PORT=4242
	@$(DEV)

# Every process of a test run must collect a set in the same order.
test: export PYTHONHASHSEED ?= 0
test: setup .venv/tests.stamp browser pgbouncer  ## Run every test; T=path K=expression DB=sqlite|postgresql JOBS=4
	$(PYTEST) $(T)

check: static test ratios  ## Everything CI runs beside check-install

static: .venv/tests.stamp
	@$(MAKE) --no-print-directory --output-sync=target -j2 types docs lint imports audit

check-install check-installs: export PYTHON := $(PYTHON)
check-install:  ## Install the runtime lock with the oldest and the newest pip, in folders of their own
	@.ci/check-install

check-installs: .venv/tests.stamp  ## The same on every Python that is here, with uv, and as hosts do
	@.ci/check-install all

album: setup .venv/tests.stamp browser  ## Picture every page in every state, language and look; OUT=/some/folder
	@test -n "$(OUT)" || { echo "Say where to: make album OUT=/some/folder (outside the repository)."; exit 1; }
	@fc-list :lang=ja 2>/dev/null | grep -q . || echo 'Japanese is shown as boxes: install a font for it (Debian: apt-get install fonts-ipafont-gothic).' >&2
	SCREENSHOTS=$(OUT) $(PY) -m pytest tests/pages/album -q -n $(JOBS)
	$(PY) -m tools.album $(OUT)

clients: setup .venv/tests.stamp browser  ## Write the clients' types, build both, test what was built; needs npm
	@cd clients/javascript && npm ci --silent --no-audit --no-fund
	@$(DEV) python -m tools.clients
	@cd clients/javascript && npm run --silent build
	$(PY) -m pytest tests/clients --full

bench: setup .venv/tests.stamp  ## Measure beside peers and limits; print medians and ratios
	$(PY) -m bench

ratios: setup .venv/tests.stamp  ## Fail when a hot path costs far more beside its peers than it did; a minute
	$(PY) -m bench --guard --rounds 3 --requests 200 --only webhook confirm poll create

sandbox-wheel: .venv/tests.stamp  ## Build the sandbox as a wheel of its own, into dist/
	@cd stripe_sandbox && ../$(PY) -m hatchling build -t wheel -d ../dist

drill: setup .venv/tests.stamp browser pgbouncer  ## The long fault drills, in full
	$(PY) -m pytest tests/drills --full $(if $(K),-k '$(K)') $(if $(DB),--database $(DB))

# Stories drawn from seeds, told to the whole product in one process; see docs/proof.md.
SEEDS ?= 1-300
DATABASE ?= memory

prove: export PYTHONHASHSEED ?= 0
prove: .venv/tests.stamp  ## Tell stories until a law breaks; SEEDS=1-300 MUTANT=name|all DATABASE=memory|postgresql
	@$(PY) -m proof --seeds $(SEEDS) --database $(DATABASE) --jobs $(JOBS) $(if $(MUTANT),--mutant $(MUTANT))

fidelity: .venv/tests.stamp  ## Run official software against the sandbox; needs npm; NAME=node
	@$(PY) -m fidelity $(NAME)

audit: .venv/tests.stamp  ## Ask a database of known weaknesses about the locks, where one is reached
	@$(PY) -m tools.audit

licenses: .venv/tests.stamp  ## Write docs/developers/licenses.md from the lock
	@$(PY) -m tools.licenses

sbom: .venv/runtime.stamp  ## Write sbom.json, a bill of materials (CycloneDX)
	@$(PY) -m tools.sbom >sbom.json && echo 'Wrote sbom.json'

docs: .venv/tests.stamp  ## Build docs/ into a site in site/; a link that leads nowhere fails it
	@rm -rf site && $(PY) -m sphinx -q -W --keep-going -d site/.doctrees docs site && rm -r site/.doctrees && echo 'Open site/index.html'

lint: .venv/tests.stamp  ## ruff: rules and format
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: .venv/tests.stamp  ## mypy --strict on product and tests
	$(PY) -m mypy

imports: .venv/tests.stamp  ## import-linter: which floor may know which
	.venv/bin/lint-imports

fmt: .venv/tests.stamp  ## Let ruff mend and format
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# Extras stay in the lock: a pip older than 23.3 takes `pydantic==...` for no answer to a dependency's
# `pydantic[email]`, looks for another release, and refuses it because it has no hash.
UV_COMPILE := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-strip-extras --custom-compile-command 'make lock'

lock: .venv/tests.stamp  ## Rewrite requirements*.txt from requirements*.in
	$(UV_COMPILE) requirements.in -o requirements.txt
	$(UV_COMPILE) requirements-dev.in -o requirements-dev.txt

WORDS := checkout_service/translations
BABEL := $(PY) -m babel.messages.frontend --quiet

messages: .venv/runtime.stamp  ## Collect the pages' words, merge them into every language, compile; L=it begins one
	@pot=$$(mktemp); trap 'rm -f "$$pot"' EXIT; set -e; \
	$(BABEL) extract -F babel.cfg -o "$$pot" --project 'Checkout service' --version 1 --add-location file --sort-by-file --width 100 .; \
	$(if $(L),$(BABEL) init -i "$$pot" -d $(WORDS) -l $(L) --width 100;) \
	$(BABEL) update -i "$$pot" -d $(WORDS) --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 100; \
	$(BABEL) compile -d $(WORDS) --statistics; \
	$(PY) -m tools.native_readers

VENDOR := checkout_service/static/vendor

vendor:  ## Fetch the browser libraries again, exactly as vendor.lock says
	@tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	grep -v '^#' $(VENDOR)/vendor.lock | while read -r sum target package file; do \
	  unpacked="$$tmp/$$package"; \
	  [ -d "$$unpacked" ] || { mkdir -p "$$unpacked" && cd "$$unpacked" && npm pack --silent "$$package" >/dev/null && tar xzf ./*.tgz && cd "$(CURDIR)" || exit 1; }; \
	  mkdir -p "$(VENDOR)/$$(dirname "$$target")" && cp "$$unpacked/package/$$file" "$(VENDOR)/$$target" || exit 1; \
	  echo "$$sum  $(VENDOR)/$$target" | sha256sum --check || exit 1; \
	done

# --- what the targets above stand on -----------------------------------------------------------

# Debian's packages, where we may install them without asking for a password.
AS_ROOT := as_root=; [ "$$(id -u)" = 0 ] || as_root='sudo -n'; \
  may_install() { command -v apt-get >/dev/null && $$as_root true 2>/dev/null; }; \
  apt_install() { $$as_root apt-get update -qq && $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$$@" >/dev/null; }

# The first Python that runs and is new enough; PYTHON=... overrides.
.venv/made.stamp:
	@if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then \
	  for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then echo 'No Python 3.11 or newer found. Install one, or say where: make PYTHON=/path/to/python3' >&2; exit 1; fi; \
	  echo "Making .venv with $$("$$found" --version)"; \
	  $(AS_ROOT); \
	  if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null && may_install; then \
	    echo 'Installing python3-venv, which Debian keeps apart from python3'; apt_install python3-venv; \
	  fi; \
	  "$$found" -m venv .venv || { rm -rf .venv; echo 'Could not make .venv. On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }; \
	fi
	@touch $@

.venv/runtime.stamp: .venv/made.stamp requirements.txt
	@echo 'Installing the locked dependencies'
	@$(PY) -m tools.install requirements.txt
	@touch $@

.venv/tests.stamp: .venv/runtime.stamp requirements-dev.txt
	@echo 'Installing what the tests need'
	@$(PY) -m tools.install requirements-dev.txt
	@touch $@

# A browser: CHROMIUM if given, else Debian's shell without windows, which needs half the CPU, else
# one on PATH.
BROWSERS := chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable
WITH_BROWSER := has_browser() { [ -z "$$CHROMIUM" ] || { command -v "$$CHROMIUM" >/dev/null; return; }; \
  for name in $(BROWSERS); do command -v "$$name" >/dev/null && return; done; return 1; }

browser:
	@$(WITH_BROWSER); \
	if [ -n "$$CHROMIUM" ]; then has_browser || { echo "CHROMIUM=$$CHROMIUM is not a program." >&2; exit 1; }; exit 0; fi; \
	$(AS_ROOT); \
	if ! command -v chromium-headless-shell >/dev/null && may_install; then \
	  echo 'Installing Chromium, what its driver needs, and curl, for the tests'; \
	  apt_install chromium-headless-shell libatomic1 curl || has_browser || apt_install chromium libatomic1 curl; \
	fi; \
	if ! has_browser; then \
	  echo 'The browser tests need Chromium or Chrome. Install one (Debian: apt-get install chromium,' >&2; \
	  echo 'Fedora: dnf install chromium, macOS: brew install --cask chromium) or set CHROMIUM=/path/to/it.' >&2; \
	  exit 1; \
	fi

# A transaction pooler, for the tests of databases as hosts sell them.
pgbouncer:
	@has_pooler() { PATH="$$PATH:/usr/sbin:/usr/local/sbin" command -v pgbouncer >/dev/null; }; \
	if has_pooler; then exit 0; fi; \
	$(AS_ROOT); \
	if may_install; then echo 'Installing PgBouncer for the tests of a pooled database'; apt_install pgbouncer; fi; \
	has_pooler || echo 'NOT TESTED: a database behind a pooler. Install PgBouncer (Debian: apt-get install pgbouncer).' >&2
