"""The vault as Django knows it."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class VaultConfig(AppConfig):
    name = "nianlun.vault"
    verbose_name = "档案库"

    def ready(self) -> None:
        """Learn of every component's rules about destruction, before anything can be destroyed."""
        autodiscover_modules("destruction")
