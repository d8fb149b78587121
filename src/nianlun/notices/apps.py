"""Notices as Django knows it."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "nianlun.notices"
    verbose_name = "通知"
