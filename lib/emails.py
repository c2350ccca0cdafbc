"""Email addresses as identities: one spelling each."""

from email_validator import EmailNotValidError, validate_email


def normalise_email(address: str) -> str | None:
    """The address in the form it is stored and compared in, or None when it is none.

    Case is dropped in the local part too: RFC 5321 would allow a difference, no mail provider makes one,
    and a person who types a capital must not become two contacts.
    """
    try:
        valid = validate_email(address, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError:
        return None
    return valid.normalized.lower()
