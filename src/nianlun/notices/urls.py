"""Addresses of notices for the staff, and of the gateway's receipts."""

from django.urls import path

from nianlun.notices.pages import contacts, delivery, inbox, receipts

app_name = "notices"
urlpatterns = [
    path("notices/", delivery.notices, name="notices"),
    path("notices/<uuid:notice_id>/", delivery.notice, name="notice"),
    path("notices/<uuid:notice_id>/step/", delivery.step, name="step"),
    path("people/<uuid:person_id>/contact/", contacts.contact, name="contact"),
    path("people/<uuid:person_id>/contact/change/", contacts.change, name="contact-change"),
    path("people/<uuid:person_id>/contact/reveal/", contacts.reveal, name="contact-reveal"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<uuid:notice_id>/", inbox.staff_notice, name="staff-notice"),
    path("gateway/receipts/", receipts.receipts, name="receipts"),
]
