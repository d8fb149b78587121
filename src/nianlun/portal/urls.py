"""Addresses of the insured person's pages, and of the verification that is everybody's."""

from django.urls import path

from nianlun.portal import benefit, cases, employer, inquiry, notices, pages, password, verify

app_name = "portal"
urlpatterns = [
    path("my/", pages.home, name="home"),
    path("my/dates/", pages.dates, name="dates"),
    path("my/dates/<str:node>/", pages.why, name="why"),
    path("my/benefit/", benefit.benefit, name="benefit"),
    path("my/benefit/why/", benefit.why, name="benefit-why"),
    path("my/benefit/explanation.pdf", benefit.explanation_sheet, name="benefit-explanation"),
    path("my/password/", password.of_person, name="password"),
    path("my/reads/", pages.reads, name="reads"),
    path("my/cases/", cases.own, name="cases"),
    path("my/cases/apply/", cases.kinds, name="case-kinds"),
    path("my/cases/apply/<str:type_code>/", cases.apply, name="case-apply"),
    path("my/cases/<str:number>/", cases.one, name="case"),
    path("my/cases/<str:number>/papers/", cases.send, name="case-send"),
    path("my/cases/<str:number>/supply/", cases.supply, name="case-supply"),
    path("my/cases/<str:number>/withdraw/", cases.withdraw, name="case-withdraw"),
    path("my/cases/<str:number>/slips/<uuid:slip_id>/", cases.slip, name="case-slip"),
    path("my/notices/", notices.notices, name="notices"),
    path("my/notices/contact/", notices.contact, name="contact"),
    path("my/notices/contact/code/", notices.ask_code, name="contact-code"),
    path("my/notices/contact/confirm/", notices.confirm, name="contact-confirm"),
    path("my/notices/contact/consent/", notices.consent, name="contact-consent"),
    path("my/notices/<uuid:notice_id>/", notices.notice, name="notice"),
    path("employer/", employer.staff, name="employer"),
    path("employer/find/", employer.find, name="employer-find"),
    path("employer/password/", password.of_employer, name="employer-password"),
    path("employer/staff/<uuid:person_id>/", employer.employee, name="employee"),
    path("inquiry/", inquiry.inquiry, name="inquiry"),
    path("inquiry/<uuid:challenge_id>.png", inquiry.challenge_picture, name="inquiry-picture"),
    path("inquiry/<uuid:challenge_id>.wav", inquiry.challenge_sound, name="inquiry-sound"),
    path("verify/", verify.verify, name="verify"),
    path("verify/keys.txt", verify.keys, name="verify-keys"),
    path("verify/checkpoint", verify.checkpoint, name="verify-checkpoint"),
    path("verify/<str:code>", verify.of_code, name="verify-code"),
]
