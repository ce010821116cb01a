"""What a password must be, beyond Django's own rules: not endless, and not a known one in a disguise."""

import re

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

#: Hashing takes time by the length; nobody types more than this.
LONGEST = 128

#: What everybody guesses of people who use this product.
_OURS = re.compile("loan ?ark|hubspot|crm|sync|contacts?|password")

#: Letters that a password needs beside those names.
ENOUGH_BESIDES = 6


class MaximumLengthValidator:
    """A bound, so that a request cannot keep the server hashing."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(f"This password is too long. It may have {LONGEST} characters.", "password_too_long")

    def get_help_text(self) -> str:
        return f"It may have at most {LONGEST} characters."


class KnownPasswordValidator(CommonPasswordValidator):
    """Among the 20,000 that are tried first, also when digits or signs were put around one, or it was repeated; or
    little more than the product's own names.

    Most of the known ones are short, and a policy of twelve characters makes `password1234` of them.
    """

    def validate(self, password: str, user: object = None) -> None:
        plain = password.lower().strip()
        core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
        once = re.fullmatch(r"(.+?)\1+", plain)
        guesses = {plain, core, once[1] if once else plain}
        beside = re.sub(r"[\W\d_]", "", _OURS.sub("", plain))
        if _OURS.search(plain) and len(beside) < ENOUGH_BESIDES:
            raise ValidationError("This password is little more than names that everybody here knows.", "password_ours")
        if guesses & self.passwords or len(set(plain)) < 4:
            raise ValidationError("This password is among those that are tried first.", "password_too_common")

    def get_help_text(self) -> str:
        return "It must not be one of the well-known passwords, nor one with digits or signs around it."
