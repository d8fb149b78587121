"""The registry as Django knows it."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "nianlun.registry"
    verbose_name = "参保登记"

    def ready(self) -> None:
        """Say whose entries in the journal belong to which agency."""
        from nianlun.journal import queries as journal  # noqa: PLC0415  models load only once the apps are there
        from nianlun.registry.belonging import in_scope  # noqa: PLC0415  as above

        journal.belongs(in_scope)
