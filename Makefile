# The front door. `make run` builds everything and starts Labelkeep; `make test` installs what tests need and runs all.

.PHONY: run build web release image reproducible test test-acme lint format bench fuzz sbom clean

CARGO ?= cargo
WEB_SOURCES := $(shell find web/app web/packages schema -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

run: build
	target/release/labelkeep start --local

build: web/app/dist/.built
	$(CARGO) build --release --locked -p labelkeep

web: web/app/dist/.built

web/node_modules/.installed: web/package-lock.json
	cd web && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

web/app/dist/.built: web/node_modules/.installed $(WEB_SOURCES)
	cd web && npm run build
	touch $@

test:
	scripts/test

# The program as it is published, with its SHA-256; the same wherever it is built with the same compiler.
release: web/app/dist/.built
	scripts/release labelkeep

# The container image, in target/labelkeep-image.tar: the program, as one static file, and nothing else.
image: web/app/dist/.built
	scripts/image

# Proof of `release`: two builds in two folders, of one library or of PACKAGE=labelkeep.
reproducible:
	scripts/release --check $(PACKAGE)

# The feature `acme` with a real authority. Not part of `test`: it builds the libraries of TLS a second time.
test-acme:
	scripts/setup acme
	$(CARGO) test --features acme -p labelkeep --locked --test it -- transport::acme

lint: web/node_modules/.installed
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	scripts/check-arrows
	scripts/check-licences
	scripts/security-page
	cd web && npm run lint && npm run typecheck

format: web/node_modules/.installed
	$(CARGO) fmt --all
	cd web && npm run format

# Hostile input for every parser, a minute each; SECONDS=600 for a night. The whole workspace is built, as for the tests: features
# of dependencies are the same then, and nothing is built twice.
SECONDS ?= 60
fuzz:
	$(CARGO) build --workspace --locked
	target/debug/labelkeep-fuzz --seconds $(SECONDS)

sbom:
	mkdir -p target
	scripts/sbom > target/labelkeep.cdx.json

bench: build
	scripts/setup python
	.venv/bin/python bench/run.py
	.venv/bin/python bench/formats.py
	.venv/bin/python bench/manager.py
	.venv/bin/python bench/storages.py

clean:
	$(CARGO) clean
	rm -rf web/app/dist web/node_modules .venv
