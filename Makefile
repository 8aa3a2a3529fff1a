# Short commands for development. They need nothing installed but Python; the first one makes .venv.
PYTHON = .venv/bin/python

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: | .venv  ## run the site at http://127.0.0.1:8000/
	$(PYTHON) manage.py serve

test: | .venv  ## run the first layer of tests
	$(PYTHON) -m pytest

quick: | .venv  ## run the tests without a browser or a server
	$(PYTHON) -m pytest -m "not browser and not server and not slow"

types: | .venv  ## check types
	$(PYTHON) -m mypy

format: | .venv  ## format the code and fix what ruff can fix
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

flaws: | .venv  ## ask for known vulnerabilities of what the site runs on
	$(PYTHON) -m tests.tools.known_flaws

sbom: | .venv  ## write what the site runs on to sbom.json (CycloneDX)
	$(PYTHON) -m tests.tools.known_flaws --sbom sbom.json

ci:  ## run everything that CI runs
	.ci/run

.venv:
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r requirements-test.txt

.PHONY: help run test quick types format flaws sbom ci
