"""Passkeys (WebAuthn): what a browser is asked, and whether its answer proves anything."""

from collections.abc import Sequence
from dataclasses import dataclass

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

LONGEST_ANSWER = 20_000
_PATIENCE = 120_000  # milliseconds


class NotProven(Exception):
    """The answer of the browser is none to the question asked, or signed by another key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The site as browsers see it: a key made for one host answers to no other."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """The public half of a key pair just made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def ask_for_new(
    place: Place, *, account_id: int, login: str, name: str, known: Sequence[bytes]
) -> tuple[str, str]:
    """What to ask a browser that makes a key, as JSON, and the challenge to remember."""
    options = generate_registration_options(
        rp_id=place.host,
        rp_name="年轮",
        user_id=f"account-{account_id}".encode(),
        user_name=login,
        user_display_name=name,
        timeout=_PATIENCE,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def new_key(answer: str, *, challenge: str, place: Place) -> NewKey:
    """The key a browser made. Raises `NotProven`."""
    try:
        made = verify_registration_response(
            credential=answer[:LONGEST_ANSWER],
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
        )
    except _FAULTS as fault:
        raise NotProven from fault
    return NewKey(
        credential_id=made.credential_id, public_key=made.credential_public_key, sign_count=made.sign_count
    )


def ask_for_proof(place: Place, *, known: Sequence[bytes]) -> tuple[str, str]:
    """What to ask a browser that holds one of these keys, as JSON, and the challenge to remember."""
    options = generate_authentication_options(
        rp_id=place.host,
        timeout=_PATIENCE,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return options_to_json(options), bytes_to_base64url(options.challenge)


def answering_key(answer: str) -> bytes:
    """Which key an answer says it comes from. Raises `NotProven`."""
    try:
        return parse_authentication_credential_json(answer[:LONGEST_ANSWER]).raw_id
    except _FAULTS as fault:
        raise NotProven from fault


def sign_count(answer: str, *, challenge: str, place: Place, public_key: bytes, last_count: int) -> int:
    """How often the key has signed by now, once the answer is proven to be its. Raises `NotProven`.

    A count that does not rise tells of a copied key; keys that do not count say 0 for ever.
    """
    try:
        proven = verify_authentication_response(
            credential=answer[:LONGEST_ANSWER],
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=public_key,
            credential_current_sign_count=last_count,
        )
    except _FAULTS as fault:
        raise NotProven from fault
    return proven.new_sign_count


# Whatever a stranger writes into the answer: the library decodes JSON, base64, CBOR and keys before it checks.
_FAULTS = (
    WebAuthnException,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RecursionError,
)
