"""Cases as Django knows them."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CasesConfig(AppConfig):
    name = "nianlun.cases"
    verbose_name = "办件"

    def ready(self) -> None:
        """Learn what each component checks and carries out, before any case can be decided."""
        autodiscover_modules("case_checks", "case_effects")
