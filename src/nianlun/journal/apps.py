"""The journal as Django knows it."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "nianlun.journal"
    verbose_name = "操作日志"
