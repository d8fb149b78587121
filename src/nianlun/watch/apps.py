"""The watch as Django knows it."""

from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "nianlun.watch"
    verbose_name = "异常提醒与导出"
