"""Whom an erasure is about: all that an entity has of one person, found by what was asked with and by each other."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Func, Q, QuerySet, Value
from django.db.models.functions import Lower

from betterside.accounts.models import Entity

from ..models import Contact, Lead, PracticeProfile
from . import persons
from .persons import Key

ONLY_DIGITS = Func("owner_phone", Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace")


class _Grew(Exception):
    """More keys than are locked."""


@dataclass
class Person:
    """`given` was asked with and finds whoever has it. `keys` are those and the found rows' own: of these an e-mail
    finds too, a phone only who has no e-mail, since colleagues and families share phones."""

    entity: Entity
    given: set[Key]
    leads: set[int] = field(default_factory=set)
    contacts: set[int] = field(default_factory=set)
    keys: set[Key] = field(default_factory=set)

    def find(self) -> None:
        self.keys |= self.given
        while self._grows():
            pass

    def _grows(self) -> bool:
        before = len(self.leads), len(self.contacts), len(self.keys)
        self.leads |= _leads(self) | _of_owners(self)
        self.contacts |= _contacts(self)
        self.leads |= _kin(self)
        for row in [*_rows(Lead, self.leads), *_rows(Contact, self.contacts)]:
            self.keys |= self.keys_of(row.phone, row.email)
        return before != (len(self.leads), len(self.contacts), len(self.keys))

    def keys_of(self, phone: str, email: str = "") -> set[Key]:
        return persons.telling(persons.keys(phone=phone, email=email, region=self.entity.default_region))


def locked(entity: Entity, given: set[Key], lead: Lead | None = None) -> Person:
    """The person, with the lock that a capture takes for each of their keys, until the transaction ends.

    Which keys these are is known only when they are found; locked one after the other they would make a circle with
    somebody else. So what was locked is given back, by a savepoint, when there are more.
    """
    found = _found(entity, given, lead)
    while True:
        try:
            with transaction.atomic():
                persons.lock(entity, {value for _name, value in found.keys})
                known, found = found.keys, _found(entity, given, lead)
                if not found.keys <= known:
                    raise _Grew
                return found
        except _Grew:
            pass


def names(entity: Entity, given: set[Key]) -> list[str]:
    """What the rows that would be found are called, one for each."""
    found = _found(entity, given, None)
    return sorted(map(str, [*_rows(Lead, found.leads), *_rows(Contact, found.contacts)]))


def _found(entity: Entity, given: set[Key], lead: Lead | None) -> Person:
    person = Person(entity, given, leads={lead.pk} if lead else set())
    person.find()
    return person


def _values(keys: set[Key], name: str) -> list[str]:
    return sorted(value for kind, value in keys if kind == name)


def _rows(model, ids: set[int]) -> QuerySet:
    return model.with_deleted.filter(pk__in=ids)


def _leads(person: Person) -> set[int]:
    """One query an index: PostgreSQL would read the whole table for all of them in one."""
    rows = Lead.with_deleted.filter(entity=person.entity)
    mails = rows.exclude(email="").annotate(lower=Lower("email"))
    e164, digits = rows.exclude(phone_e164=""), rows.exclude(phone_digits="")
    found = [
        mails.filter(lower__in=_values(person.keys, "email")),
        e164.filter(phone_e164__in=_values(person.given, "e164")),
        digits.filter(phone_digits__in=_values(person.given, "digits")),
        e164.filter(phone_e164__in=_values(person.keys, "e164"), email=""),
        digits.filter(phone_digits__in=_values(person.keys, "digits"), email=""),
    ]
    return {pk for query in found for pk in query.order_by().values_list("pk", flat=True)}


def _of_owners(person: Person) -> set[int]:
    """Leads of practices whose owner has the phone: the profile keeps one of its own."""
    profiles = PracticeProfile.objects.filter(entity=person.entity).annotate(owner_digits=ONLY_DIGITS)
    similar = _any("owner_digits__endswith", _endings(person.given))
    return {one.lead_id for one in profiles.filter(similar) if person.keys_of(one.owner_phone) & person.given}


def _contacts(person: Person) -> set[int]:
    """A contact has no normal form of its phone; its end is in the text that is searched."""
    rows = Contact.with_deleted.filter(entity=person.entity).order_by()
    mails = rows.annotate(lower=Lower("email")).filter(lower__in=_values(person.keys, "email"))
    found = {*mails.values_list("pk", flat=True), *_pks(rows.filter(lead__in=person.leads))}
    for one in rows.filter(_any("search_text__contains", _endings(person.keys))):
        if person.keys_of(one.phone) & (person.given if one.email else person.keys):
            found.add(one.pk)
    return found


def _endings(keys: set[Key]) -> set[str]:
    """In what all ways to write a phone end alike."""
    return {value[-persons.FEWEST_DIGITS :] for value in _values(keys, "digits") + _values(keys, "e164")}


def _any(lookup: str, values: Iterable[str]) -> Q:
    """Nothing, for no values."""
    found = Q(pk__in=[])
    for value in values:
        found |= Q(**{lookup: value})
    return found


def _kin(person: Person) -> set[int]:
    """Leads that are the same enquiry in another pipeline, or that became the contact, whatever they say today."""
    leads, contacts = _rows(Lead, person.leads), _rows(Contact, person.contacts)
    return {
        *contacts.exclude(lead=None).values_list("lead", flat=True),
        *leads.exclude(handed_over_from=None).values_list("handed_over_from", flat=True),
        *_pks(Lead.with_deleted.filter(handed_over_from__in=person.leads)),
    }


def _pks(rows: QuerySet) -> set[int]:
    return set(rows.values_list("pk", flat=True))
