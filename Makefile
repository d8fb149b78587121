# Relative names only: the project's folder may hold spaces and Chinese characters, which make cannot carry.
.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
export PYTHONUTF8 := 1

RUN := .venv/bin/python -m
NIANLUN := $(RUN) nianlun.config.command

.PHONY: help setup setup-dev demo demo-reset test check bench lock clean

help: ## 列出可用的目标
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 18

setup: ## 建虚拟环境，按锁定的摘要安装（装好后不再联网）
	@scripts/setup product

setup-dev: ## 同上，另装检查和测试的工具
	@scripts/setup develop

demo: setup ## 启动演示；NIANLUN_PORT 改端口，Ctrl-C 停止
	@exec $(NIANLUN) demo

demo-reset: setup ## 删除演示的全部数据
	@$(NIANLUN) demo --reset

test: setup-dev ## 全部测试（自带数据库）；TESTS=tests/kernel 只跑一部分
	@scripts/install-browser
	@$(RUN) nianlun.config.postgres run -- .venv/bin/python -m pytest -n 2 --dist loadfile $(TESTS)

check: setup-dev ## 格式、静态检查、类型、组件界线、迁移、模板
	@scripts/check

bench: setup-dev ## 量速度和识读准确率
	@$(RUN) nianlun.config.postgres run -- .venv/bin/python -m benchmarks

lock: setup-dev ## 改过 requirements/*.in 后重写锁文件
	@scripts/lock

clean: ## 删除虚拟环境和缓存，不动 var 里的数据
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
