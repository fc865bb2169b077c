# Everything works from a fresh clone with only make and Python 3.12 or newer (with venv).
SHELL := /bin/sh
PY := .venv/bin/python
TYPED := vinkey/embedded $(addprefix vinkey/,supervisor.py roles.py production.py environment.py) \
	$(wildcard work/services work/permissions.py work/states.py work/exceptions.py \
	$(foreach app,permits hazards documents competence changes compliance communication,\
	$(app)/services $(app)/services.py $(app)/permissions.py $(app)/states.py))

.PHONY: run test check bench pictures reset audit lock install

run: install
	@exec $(PY) manage.py serve

test: install
	@$(PY) -m pytest -n 2 --dist worksteal

check: install
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy $(TYPED)
	.venv/bin/lint-imports
	$(PY) -m djlint templates --lint --quiet
	$(PY) manage.py check --fail-level WARNING
	$(PY) tools/migrations.py
	$(PY) tools/lock.py
	$(PY) tools/catalogues.py check

# How quick every page is at a million items, beside the floor: about five minutes, servers of its own.
bench: install
	$(PY) -m bench.run

# Takes the pictures of docs/pictures anew, from the demo.
pictures: install
	$(PY) -m pytest -q tests/browser/pictures.py

# Removes .data: the database, the broker's file, kept files. Refused while something uses it.
reset: install
	@$(PY) -m vinkey.embedded reset

# Asks the network whether a locked package has a known hole.
audit: install
	$(PY) tools/audit.py

# For who changes a dependency; needs uv.
lock:
	uv pip compile pyproject.toml --group dev --universal --generate-hashes \
		--no-emit-index-url --no-header --python-version 3.12 -o requirements.lock

install:
	@sh tools/install.sh
