"""The component's name to Django."""

from django.apps import AppConfig


class LawbookConfig(AppConfig):
    name = "nianlun.lawbook"
    label = "lawbook"
    verbose_name = "政策库"
