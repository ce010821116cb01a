"""Who is worth comparing: two people who share a key. About twelve keys a person, each a number a table can index."""

from hashlib import blake2b

from loanark.core.duplicates.names import soundex
from loanark.core.duplicates.person import Person

#: What more people share says nothing of any two of them, and comparing them all costs more than it finds.
LARGEST_BLOCK = 60

#: Shorter mailboxes ("info", "joe") are many people's at many providers.
_LONG_MAILBOX = 6


def keys(one: Person) -> set[int]:
    """Signed numbers of 64 bits, the same on every machine."""
    return {
        int.from_bytes(blake2b("|".join(parts).encode(), digest_size=8).digest(), signed=True) for parts in _of(one)
    }


def _of(one: Person) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [("phone", phone) for phone in one.phones]
    if one.email:
        found.append(("email", one.email))
    found += [("identifier", *identifier) for identifier in one.identifiers]
    if one.loan:
        found.append(("loan", one.loan))
    if len(one.mailbox) >= _LONG_MAILBOX:
        found.append(("mailbox", one.mailbox))
    if one.first and one.last:
        # Sorted: the two names may have been entered in each other's place.
        found.append(("sounds", *sorted((soundex(one.first), soundex(one.last)))))
        found.append(("names", *sorted((one.first, one.last))))
        if one.zip:
            found.append(("names, zip", *sorted((one.first, one.last)), one.zip[:3]))
    if one.zip and one.last:
        found.append(("zip, last", one.zip, one.last[:4], one.first[:1]))
    if one.zip and one.first:
        found.append(("zip, first", one.zip, one.first[:4]))
    if one.birth:
        found.append(("birth, last", one.birth, one.last[:2]))
        found.append(("birth, first", one.birth, one.first[:2]))
        found.append(("year, sounds", one.birth[:4], soundex(one.last), soundex(one.first)))
        if one.zip:
            found.append(("birth, zip", one.birth, one.zip))
        if one.city:
            found.append(("birth, city", one.birth, one.city[:3]))
        if one.email:
            found.append(("birth, email", one.birth, one.email[:2]))
    if one.number and one.street:
        found.append(("house", one.number, one.street[:5], one.zip[:3]))
        if one.last:
            found.append(("house, last", one.number, soundex(one.last), one.zip))
    return found
