# onvy-go. "make contract" and "make test" are all that most people need; Go
# fetches everything that they use.

GO         ?= go
RECORDINGS := contract/testdata/recordings
CONTRACT   := $(GO) run ./contract/cmd/onvy-contract

# Tools that are run and not linked, pinned here so that go.mod stays small.
OASDIFF     := github.com/oasdiff/oasdiff@v1.36.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
ACTIONLINT  := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
APIDIFF     := golang.org/x/exp/cmd/apidiff@v0.0.0-20261113113407-e3970619a1a4

.PHONY: accept api spark contract test race lint generate generate-check breaking recordings rules selftest selftest-race outsiders verdicts bench fuzz help recorders validators browsertest spec-lint speclint-tools

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

contract: ## run the contract suite against the server in ONVY_*, or the sandbox, and check the recordings
	@$(GO) build -o bin/onvy-contract ./contract/cmd/onvy-contract
	@bin/onvy-contract run $(CONTRACT_FLAGS); live=$$?; echo; \
	bin/onvy-contract replay $(RECORDINGS)/clean.har $(RECORDINGS)/documentation.jsonl; recorded=$$?; \
	exit $$((live > recorded ? live : recorded))

test: ## run all tests; of long tables, a sample, or with ONVY_WHOLE_TESTS=1 the whole
	$(GO) test ./...

race: ## run the tests with the race detector; of long tables, a sample
	$(GO) test -race -short ./...

OUTSIDERS := contract/internal/outsiders/testdata
# VERDICTS='-seeds 948 -rounds 13' is a thousand runs, fifty-two of them four at
# a time on one server.
VERDICTS ?=
verdicts: ## say what the suite makes of servers and logs that are honest, in docs/verdicts.md (after make outsiders selftest)
	$(GO) run ./contract/internal/verdicts $(VERDICTS) $(if $(wildcard bin/selftest.txt),-matrix bin/selftest.txt) -o docs/verdicts.md

outsiders: ## install what the servers of other stacks need that the suite is tried on (Python 3 with venv, Node 20)
	python3 -m venv $(OUTSIDERS)/python/.venv
	$(OUTSIDERS)/python/.venv/bin/pip install --quiet --disable-pip-version-check -r $(OUTSIDERS)/python/requirements.txt
	cd $(OUTSIDERS)/node && npm ci --no-audit --no-fund
	$(GO) build -C $(OUTSIDERS)/golang -o .bin/ ./...

SPECLINT := contract/internal/speclint/testdata
speclint-tools: ## install redocly, spectral and prism (Node 20)
	cd $(SPECLINT) && npm ci --no-audit --no-fund --ignore-scripts

spec-lint: speclint-tools ## hold openapi.yaml against them
	ONVY_REQUIRE_TOOLS=1 $(GO) test -count 1 ./contract/internal/speclint

spark: ## install the Spark that the example is tested on (Python 3 with venv, Java 17)
	python3 -m venv examples/spark/.venv
	examples/spark/.venv/bin/pip install --quiet --disable-pip-version-check -r examples/spark/requirements.txt

RECORDERS := contract/recording/testdata/recorders
recorders: ## install what tests record with (Python 3 with venv, Node 20; the browsers are Debian's chromium and firefox-esr)
	python3 -m venv $(RECORDERS)/.venv
	$(RECORDERS)/.venv/bin/pip install --quiet --disable-pip-version-check -r $(RECORDERS)/requirements.txt
	cd $(RECORDERS) && npm ci --no-audit --no-fund

VALIDATORS := contract/report/testdata/validators
validators: ## install what reports are validated by (Python 3 with venv, Node 20)
	python3 -m venv $(VALIDATORS)/.venv
	$(VALIDATORS)/.venv/bin/pip install --quiet --disable-pip-version-check -r $(VALIDATORS)/requirements.txt
	$(VALIDATORS)/.venv/bin/pip download --quiet --disable-pip-version-check --no-deps --no-binary pytest -d $(VALIDATORS)/sdist pytest==8.4.2
	tar -xzOf $(VALIDATORS)/sdist/pytest-8.4.2.tar.gz pytest-8.4.2/testing/example_scripts/junit-10.xsd > $(VALIDATORS)/junit-10.xsd
	cd $(VALIDATORS) && npm ci --no-audit --no-fund && chmod u+x node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool

browsertest: ## test the HTML report in a browser (Debian's chromium, Node 20)
	cd contract/report/browsertest && npm ci --no-audit --no-fund && GOFLAGS=-mod=mod CI=true $(GO) test ./...

lint: ## check format, vet (for Linux, macOS and Windows, and 32 bits), staticcheck, the workflows and the Go API
	@unformatted="$$(gofmt -l .)"; test -z "$$unformatted" || { echo "not formatted, run gofmt -w:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	for system in darwin windows; do \
	  GOOS=$$system $(GO) vet ./... && GOOS=$$system $(GO) build -o /dev/null ./contract/cmd/onvy-contract || exit 1; \
	done
	GOARCH=386 $(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) run $(ACTIONLINT)
	@$(MAKE) --no-print-directory api

generate: ## generate the client from openapi.yaml
	$(GO) generate ./...

# What go generate writes.
GENERATED := gen/gen.go gen/print.gen.go users_models.gen.go

generate-check: ## fail if "make generate" would change anything; changes nothing itself
	@copy="$$(mktemp -d)"; trap 'rm -rf "$$copy"' EXIT; \
	set -e; git ls-files -z | tar -c --null -T - -f - | tar -x -C "$$copy" -f -; \
	(cd "$$copy" && $(GO) generate ./...); stale=; \
	for file in $(GENERATED); do diff -u "$$file" "$$copy/$$file" || stale=1; done; \
	test -z "$$stale" || { echo "the generated code is not up to date with openapi.yaml: run make generate, and commit what it changes"; exit 1; }

BASE ?= $(shell git describe --tags --abbrev=0 2>/dev/null)
breaking: ## say what openapi.yaml and the Go API break since BASE (a tag or revision; the last tag if not set)
	@test -n "$(BASE)" || { echo "there is no tag yet; name a revision: make breaking BASE=HEAD~1"; exit 2; }
	@base="$$(mktemp -d)"; trap 'git worktree remove --force "$$base/tree" 2>/dev/null; rm -rf "$$base"' EXIT; \
	git worktree add --quiet --detach "$$base/tree" "$(BASE)" || { echo "there is no revision $(BASE)"; exit 2; }; \
	echo "openapi.yaml since $(BASE):"; \
	$(GO) run $(OASDIFF) changelog --allow-external-refs=false --fail-on ERR "$$base/tree/openapi.yaml" openapi.yaml; broken=$$?; \
	echo "Go API since $(BASE) (incompatible changes):"; $(MAKE) --no-print-directory api BASE="$(BASE)" MAJOR=0; \
	exit $$broken

# Before v1 a release may break the API of the one before (semver.org, 4).
MAJOR ?= $(shell echo "$(BASE)" | sed -n 's/^v\([0-9]*\)\..*/\1/p')
api: ## say what the Go API breaks since BASE, and fail if that is a release from v1 on; without a release there is nothing to keep
	@test -n "$(BASE)" || { echo "there is no release yet: the Go API has nothing to keep"; exit 0; }; \
	base="$$(mktemp -d)"; trap 'git worktree remove --force "$$base/tree" 2>/dev/null; rm -rf "$$base"' EXIT; \
	git worktree add --quiet --detach "$$base/tree" "$(BASE)" || { echo "there is no revision $(BASE)"; exit 2; }; \
	quiet() { grep -v '^Ignoring internal package' || true; }; module="$$($(GO) list -m)"; \
	(cd "$$base/tree" && $(GO) run $(APIDIFF) -m -w "$$base/api" "$$module" 2>&1) | quiet; \
	test -f "$$base/api" || exit 2; \
	broken="$$($(GO) run $(APIDIFF) -m -incompatible "$$base/api" "$$module" 2>&1 | quiet)"; \
	test -z "$$broken" || { echo "$$broken"; test "$(MAJOR)" = 0 -o -z "$(MAJOR)"; }

accept: ## after an edit of openapi.yaml: make anew what follows from it, and say what changed and what it breaks
	@$(GO) generate ./...
	@$(GO) test ./contract -count 1 -run 'TestMealsSpec' -update >/dev/null
	@$(MAKE) --no-print-directory recordings rules
	@$(GO) test ./contract -count 1 -run 'TestRecordings' -update
	@$(GO) test ./contract/report -count 1 -update
	@echo; echo "What changed since HEAD:"; git diff --stat HEAD; echo
	@$(MAKE) --no-print-directory breaking BASE=HEAD || true
	@echo; echo "Read the diff of the golden files, run make test, and commit."

recordings: ## make the clean recording anew, from the sandbox
	$(CONTRACT) record --seed 1 --run '^auth/|^users/(create|replace|patch|delete|unknown|read-only|body-id|case|pages)' $(RECORDINGS)/clean.har

rules: ## write contract/RULES.md
	$(CONTRACT) rules --markdown > contract/RULES.md

selftest: ## plant every known fault into the sandbox and see whether the suite finds it
	@mkdir -p bin; $(CONTRACT) selftest --recorded > bin/selftest.txt; status=$$?; cat bin/selftest.txt; exit $$status

selftest-race: ## the same with the race detector; the verdicts do not count, a race does
	$(GO) run -race ./contract/cmd/onvy-contract selftest --quiet

bench: ## measure
	$(GO) test -run '^$$' -bench . -benchmem . ./contract/...

FUZZTIME ?= 1m
fuzz: ## fuzz the matcher, the readers, the scripts and the redactor, each for FUZZTIME
	@for package in ./contract ./contract/internal/accept ./contract/internal/again ./contract/internal/fact ./contract/recording; do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    echo "$$package $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
	  done; \
	done
