"""The component's name to Django."""

from django.apps import AppConfig


class ContributionsConfig(AppConfig):
    name = "nianlun.contributions"
    label = "contributions"
    verbose_name = "缴费"
