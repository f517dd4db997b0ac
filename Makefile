# `make check` is what CI runs. The other targets are its parts, and what a
# developer needs between two commits.

GOLANGCI_VERSION := v2.15.0
BIN := $(CURDIR)/bin
LINT := $(BIN)/golangci-lint-$(GOLANGCI_VERSION)

.PHONY: check build vet test race lint gate services services-stop widget packages docs fresh torture races bench eval fuzz churn engines states

check: build vet lint test race fresh gate

build:
	go build ./...

vet:
	go vet ./...

test:
	go test ./...

# The rooms where goroutines share state.
race:
	go test -race ./store/... ./feed/... ./slackbridge/... ./bot/... ./mail/... ./webhook/...

# Built once through the Go module proxy and kept in bin/.
$(LINT):
	GOBIN=$(BIN) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv $(BIN)/golangci-lint $@

lint: $(LINT)
	$(LINT) run --allow-parallel-runners ./...

# The ten rows that gate a first release, one line each; a row without a test fails.
gate:
	@go run ./internal/house/gate

# PostgreSQL on loopback, in a throw-away cluster under .services/.
services:
	./scripts/services.sh start

services-stop:
	./scripts/services.sh stop

# The visitor's bundle in widget/dist; committed, so that building needs no Node.
widget:
	go run ./widget/build

# The npm packages in widget/packages: types checked, tested, built into their dist.
packages:
	cd widget && npm ci --no-audit --no-fund && npm run typecheck && npx vitest run packages && npm run packages

# The pictures of the widget's states in docs/states; go test compares them.
states:
	go test ./cmd/handoff/states -run TestPictures -update -count=1

# docs/configuration.md and docs/handoff.schema.json.
docs:
	go run ./config/gen

# Fails when a committed generated file differs from what the source makes.
fresh: widget docs
	git diff --exit-code -- widget/dist docs/configuration.md docs/handoff.schema.json

# 200 kills at random moments, both directions, both databases.
torture:
	HANDOFF_TORTURE_KILLS=200 go test -run 'TestTorture' -count=1 -timeout 60m -v ./internal/handofftest

# 500 races each of an escalation, a claim and a reply against an answer in flight.
races:
	HANDOFF_RACES=500 go test -run 'TestNeverTalksOver' -count=1 -v ./bot

# The widget in Firefox and WebKit, by the checks that an engine can fail. Needs the
# Debian packages firefox-esr, webkit2gtk-driver and xvfb, and a quiet machine.
engines:
	HANDOFF_TEST_ENGINES=1 go test ./internal/uitest -run '^TestEngines$$' -count=1

# 10,000 broken connections of 200 visitors, while they talk with the assistant and
# with Slack: each sees the log and nothing else.
churn:
	HANDOFF_CHURN_DROPS=10000 go test -run 'TestChurn' -count=1 -timeout 30m -v ./internal/uitest

# The rows of docs/benchmarks.md.
bench:
	go run ./cmd/handoff bench

# The detectors against labelled utterances, without a model: docs/judgement.md.
# EVAL_DATA is their folder; they are not part of the repository.
eval:
	@test -n "$(EVAL_DATA)" || { echo "name the folder of labelled utterances: make eval EVAL_DATA=..."; exit 2; }
	go run ./cmd/handoff eval --topics $(EVAL_DATA)/topics_config.yaml --require escalation/eval/required.jsonl $(EVAL_DATA) escalation/testdata/drafts.jsonl

# Ten minutes each of any text for the detectors, any condition for the rules, any
# YAML for the policy's loader, any bytes for Slack's inbox, any blocks and texts for
# the conversion of rich text. FUZZTIME=1m for a look.
FUZZTIME := 10m
fuzz:
	go test -run - -fuzz FuzzDetectors -fuzztime $(FUZZTIME) -parallel 1 ./escalation
	go test -run - -fuzz FuzzRule -fuzztime $(FUZZTIME) -parallel 1 ./escalation
	go test -run - -fuzz FuzzPolicy -fuzztime $(FUZZTIME) -parallel 1 ./config
	go test -run - -fuzz FuzzInbound -fuzztime $(FUZZTIME) -parallel 1 ./slackbridge
	go test -run - -fuzz FuzzRichText -fuzztime $(FUZZTIME) -parallel 1 ./markup
	go test -run - -fuzz FuzzRephrased -fuzztime $(FUZZTIME) -parallel 1 ./markup
