.DEFAULT_GOAL := help
.PHONY: help dev up down reset test prove deploy-check bench schema mail-pictures dashboard-pictures

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-20s %s\n", $$1, $$2 }' Makefile

dev: ## Run the whole product here until Ctrl-C, and print where everything is
	@scripts/stack dev

up: ## The same in the background; returns when it is ready
	@scripts/stack up

down: ## Stop what dev or up started
	@scripts/stack down

reset: ## Stop it and forget its data
	@scripts/stack reset

test: ## Every check and test
	@scripts/test

prove: ## The long proofs; may take an hour
	@scripts/prove

deploy-check: ## Build what a deploy would ship and let it answer
	@scripts/run-up python -m scripts.deploy_check

bench: ## The benchmarks, each beside its floor (only=trips|cold|sql|ingest|scale|deleting, quick=1)
	@scripts/run-up python -m scripts.bench $(if $(only),--only $(only)) $(if $(quick),--quick)

schema: ## Write supabase/schema.sql, docs/processing.json and the pages of public/ anew
	@scripts/install
	@.venv/bin/python -m scripts.local.bare 18 .venv/bin/python -m scripts.schema --write
	@.venv/bin/python -m scripts.local.bare 18 .venv/bin/python -m scripts.record_of_processing
	@.venv/bin/python -m scripts.public_pages

mail-pictures: ## Take the pictures of the starter templates in docs/mail anew
	@scripts/run-up python -m scripts.mail_pictures

dashboard-pictures: export LOCAL_DIR = .local/pictures
dashboard-pictures: export CRONS = off
dashboard-pictures: export RESEND_RATE = 1000
dashboard-pictures: ## Take the pictures of the dashboard in docs/dashboard anew
	@scripts/stack reset
	@scripts/run-up python -m scripts.dashboard_pictures
