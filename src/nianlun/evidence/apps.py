"""Evidence as Django knows it."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "nianlun.evidence"
    verbose_name = "证据与认定"

    def ready(self) -> None:
        """Be told when the register learns something new of a person."""
        from nianlun.evidence.operations import registered_anew  # noqa: PLC0415  models load only once the apps are there
        from nianlun.registry.changing import also_changed  # noqa: PLC0415  as above

        also_changed.append(registered_anew)
