"""The registry as Django knows it."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "nianlun.registry"
    verbose_name = "参保登记"
