# make help lists the targets. Each installs what it lacks on a fresh Debian 12 with a Swift toolchain.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
BUILD := .build/release
SAMPLE := examples/traffic.ndjson

.PHONY: help run test bench build lint format docs prices clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: build ## Build in release, price the bundled sample traffic, and run the service with a demo scenario
	@$(BUILD)/mockupaws replay $(SAMPLE) --workload examples/serverless-api.yaml
	@Scripts/demo

build: ## Build in release
	@Scripts/install-dependencies
	@swift build -c release --product mockupaws

test: ## Run every test
	@Scripts/install-dependencies
	@Scripts/install-test-clients
	@swift build --build-tests
	@SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8 swift test --skip-build
	@Scripts/check-rooms
	@Scripts/check-generated

bench: ## Measure throughput as ratios against jq, grep, wc, a bare HTTP server and a Python stack (not part of the tests)
	@Scripts/install-dependencies bench
	@Scripts/install-bench-peer
	@swift build -c release
	@Scripts/bench
	@Scripts/bench-http

lint: ## Check the format of the sources
	@swift format lint --strict --recursive Sources Tests Package.swift

format: ## Format the sources
	@swift format --in-place --recursive Sources Tests Package.swift

docs: ## Write the generated documents anew
	@swift build --product mockupaws
	@Scripts/check-generated --write

prices: ## Make the embedded price catalogue anew from data/
	@swift build --product mockupaws
	@.build/debug/mockupaws prices build data/price-facts.tsv data/price-sources.tsv -o Sources/CPriceCatalog/prices.catalog

clean: ## Remove what was built
	@rm -rf .build
