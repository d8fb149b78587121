"""Cases as Django knows them."""

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import autodiscover_modules

from nianlun.cases.domain.types import TypeBroken


class CasesConfig(AppConfig):
    name = "nianlun.cases"
    verbose_name = "办件"

    def ready(self) -> None:
        """Learn what each component checks and carries out, and have applications resealed with the numbers."""
        from nianlun.cases import calendars, resealing  # noqa: PLC0415  models load only once the apps are there
        from nianlun.registry.operations import also_resealed  # noqa: PLC0415  as above
        from nianlun.watch.office_days import told_working_day  # noqa: PLC0415  as above

        autodiscover_modules("case_checks", "case_effects")
        if resealing.RESEALER not in also_resealed:
            also_resealed.append(resealing.RESEALER)
        if calendars.told_working_day not in told_working_day:
            told_working_day.append(calendars.told_working_day)
        register(types_are_whole)


def types_are_whole(**_: object) -> list[CheckMessage]:
    """Every kind of business can be read: said before the first case meets one that cannot."""
    from nianlun.cases import type_files  # noqa: PLC0415  read once all components are known

    try:
        type_files.all_types()
    except TypeBroken as reason:
        return [Error(str(reason), id="cases.E001")]
    return []
