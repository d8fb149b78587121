"""Addresses of signing in, factors and sessions, purposes, staff accounts; of personas in the demo only."""

from django.conf import settings
from django.urls import path

from nianlun.access.pages import (
    demo,
    own,
    passwords,
    purposes,
    reliefs,
    rights,
    setting_up,
    signing_in,
    staff,
    tokens,
)

app_name = "access"
urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-in/second/", signing_in.second_factor, name="second-factor"),
    path("sign-in/set-up/", setting_up.first_factor, name="first-factor"),
    path("step-up/", own.step_up, name="step-up"),
    path("me/factors/new/", setting_up.new_factor, name="new-factor"),
    path("me/factors/<uuid:factor_id>/name/", own.rename_factor, name="rename-factor"),
    path("me/factors/<uuid:factor_id>/remove/", own.remove_factor, name="remove-factor"),
    path("me/recovery-codes/", setting_up.recovery_codes, name="recovery-codes"),
    path("me/sessions/others/end/", own.end_other_sessions, name="end-other-sessions"),
    path("me/sessions/<uuid:session_id>/end/", own.end_session, name="end-session"),
    path("sign-in/forgotten/", passwords.forgotten, name="forgotten"),
    path("sign-in/new-password/", passwords.set_new, name="new-password"),
    path("me/password/", passwords.change, name="change-password"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("people/<uuid:person_id>/purpose/", purposes.purpose, name="purpose"),
    path("staff/", staff.staff, name="staff"),
    path("staff/passwords/", passwords.requests, name="password-requests"),
    path("staff/passwords/<uuid:request_id>/check/", passwords.check, name="check-password-request"),
    path("staff/passwords/<uuid:request_id>/release/", passwords.release, name="release-password-code"),
    path("staff/passwords/<uuid:request_id>/refuse/", passwords.refuse, name="refuse-password-request"),
    path("staff/<int:account_id>/unlock/", staff.unlock, name="unlock"),
    path("staff/<int:account_id>/", staff.account, name="account"),
    path("staff/<int:account_id>/active/", staff.set_active, name="set-active"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/new/", tokens.make, name="make-token"),
    path("tokens/<uuid:token_id>/release/", tokens.release, name="release-token"),
    path("tokens/<uuid:token_id>/revoke/", tokens.revoke, name="revoke-token"),
    path("rights/", rights.waiting, name="rights"),
    path("rights/ask/", rights.ask, name="rights-ask"),
    path("rights/ledger/", rights.show_ledger, name="rights-ledger"),
    path("rights/ledger/<int:grant_id>/end/", rights.end, name="rights-end"),
    path("rights/requests/<int:request_id>/", rights.show_request, name="rights-request"),
    path("rights/requests/<int:request_id>/sign/", rights.sign, name="rights-sign"),
    path("rights/requests/<int:request_id>/withdraw/", rights.withdraw, name="rights-withdraw"),
    path("rights/leave/", reliefs.leave, name="rights-leave"),
    path("rights/leave/<int:substitution_id>/decide/", reliefs.decide_leave, name="rights-leave-decide"),
    path("rights/leave/<int:substitution_id>/end/", reliefs.end_leave, name="rights-leave-end"),
    path("rights/emergencies/", reliefs.glass, name="rights-glass"),
    path("rights/emergencies/<int:glass_id>/decide/", reliefs.decide_glass, name="rights-glass-decide"),
    path("rights/emergencies/<int:glass_id>/close/", reliefs.close_glass, name="rights-glass-close"),
    path("rights/emergencies/<int:glass_id>/review/", reliefs.review_glass, name="rights-glass-review"),
]
if settings.DEMO:
    urlpatterns += [
        path("personas/", demo.personas, name="personas"),
        path("personas/authenticator/", demo.authenticator, name="authenticator"),
    ]
