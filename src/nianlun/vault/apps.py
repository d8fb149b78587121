"""The vault as Django knows it."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "nianlun.vault"
    verbose_name = "档案库"
