"""The registry as Django knows it."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "nianlun.registry"
    verbose_name = "参保登记"

    def ready(self) -> None:
        """Say whose entries in the journal belong to whom, whose numbers make no passwords, and who is close."""
        from nianlun.access import operations as access  # noqa: PLC0415  models load only once the apps are there
        from nianlun.journal import queries as journal  # noqa: PLC0415  as above
        from nianlun.registry import kin  # noqa: PLC0415  as above
        from nianlun.registry.belonging import in_scope  # noqa: PLC0415  as above
        from nianlun.registry.operations import also_resealed, resealed_secrets  # noqa: PLC0415  as above

        access.tell_known(kin.numbers_behind)
        access.tell_close(kin.are_close)
        also_resealed.append(("动态口令的密钥", resealed_secrets))
        journal.belongs(in_scope)
