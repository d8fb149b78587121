"""Addresses of the policy library."""

from django.urls import path

from nianlun.lawbook.pages import browsing, drafting, drafts

app_name = "lawbook"
urlpatterns = [
    path("policy/", browsing.overview, name="overview"),
    path("policy/tables/<str:name>/", browsing.table, name="table"),
    path("policy/regions/", browsing.regions, name="regions"),
    path("policy/regions/<str:region>/export/", browsing.export, name="export"),
    path("policy/editions/", browsing.editions, name="editions"),
    path("policy/editions/<int:number>/", browsing.edition, name="edition"),
    path("policy/drafts/", drafts.drafts, name="drafts"),
    path("policy/drafts/new/", drafting.begin, name="begin"),
    path("policy/drafts/import/", drafting.import_as_draft, name="import"),
    path("policy/drafts/<uuid:draft_id>/", drafts.draft, name="draft"),
    path("policy/drafts/<uuid:draft_id>/value/", drafting.value, name="value"),
    path("policy/drafts/<uuid:draft_id>/file/", drafting.file, name="file"),
    path("policy/drafts/<uuid:draft_id>/step/", drafts.step, name="step"),
    path("policy/drafts/<uuid:draft_id>/decide/", drafts.decide, name="decide"),
]
