"""Addresses of the register of offline media."""

from django.urls import path

from nianlun.media.pages import media, register, sets

app_name = "media"
urlpatterns = [
    path("media/", register.sets, name="sets"),
    path("media/due/", register.due, name="due"),
    path("media/new/", sets.plan, name="plan"),
    path("media/sets/<uuid:set_id>/", sets.media_set, name="set"),
    path("media/sets/<uuid:set_id>/progress/", sets.progress, name="progress"),
    path("media/sets/<uuid:set_id>/step/", sets.step, name="set-step"),
    path("media/<uuid:medium_id>/", media.medium, name="medium"),
    path("media/<uuid:medium_id>/label.pdf", media.label, name="label"),
    path("media/<uuid:medium_id>/register.pdf", media.register_sheet, name="register-sheet"),
    path("media/<uuid:medium_id>/step/", media.step, name="step"),
    path("media/<uuid:medium_id>/read/", media.read, name="read"),
    path("media/<uuid:medium_id>/open/", media.open_inside, name="open"),
]
