"""What an API key opens, and when it stops."""

from datetime import timedelta

import pytest
from django.utils import timezone

from betterside import clock
from betterside.errors import Invalid, NotAllowed, NotFound
from tests.races import at_once, locks

from ..models import ApiKey
from ..services import api_keys, users
from .factories import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def admin():
    return UserFactory(admin=True)


@pytest.fixture
def ask(api):
    """GET (or another method) with a key: the status."""

    def status(secret: str, path="/api/settings/config", method="get"):
        return getattr(api, method)(path, headers={"Authorization": f"Api-Key {secret}"}).status_code

    return status


# A path that every seat may read with a key, and one that may be posted to.
READ, WRITE = "/api/cp/projects", "/api/events/ticket"


def test_it_is_stored_as_a_hash_only(admin):
    made = api_keys.regenerate(by=admin)

    row = ApiKey.objects.values().get()
    assert made.secret.startswith("bsk_")
    assert len(made.secret) > 40
    assert not [value for value in row.values() if isinstance(value, str) and made.secret[5:20] in value]
    assert made.key.masked == f"bsk_************{made.secret[-4:]}"


def test_it_acts_as_whoever_made_it(admin, ask):
    assert ask(api_keys.regenerate(by=admin).secret, READ) == 200


def test_its_rights_are_those_that_its_person_has_now(admin, ask):
    secret = api_keys.regenerate(by=admin).secret
    admin.role = 8  # buyer
    admin.save(update_fields=["role"])
    assert ask(secret, READ) == 403


@pytest.mark.parametrize("wrong", ["", "none", "bsk_" + "a" * 43, "bsk_é", "Bearer x"])
def test_a_wrong_key_is_401(ask, wrong):
    assert ask(wrong, READ) == 401


def test_regenerating_ends_the_former_key_on_the_next_request(admin, ask):
    former = api_keys.regenerate(by=admin).secret
    made = api_keys.regenerate(by=admin)

    assert ask(former, READ) == 401
    assert ask(made.secret, READ) == 200
    assert made.former_ends_at <= timezone.now()


def test_a_grace_lets_the_former_key_work_until_it_is_over(admin, ask):
    former = api_keys.regenerate(by=admin).secret
    made = api_keys.regenerate(by=admin, grace=2 * HOUR)

    assert ask(former, READ) == 200
    assert timedelta(hours=1.9) < made.former_ends_at - timezone.now() <= 2 * HOUR
    with clock.at(timezone.now() + 2.1 * HOUR):
        assert ask(former, READ) == 401


def test_a_second_regeneration_without_grace_ends_also_what_was_in_its_grace(admin, ask):
    first = api_keys.regenerate(by=admin).secret
    api_keys.regenerate(by=admin, grace=72 * HOUR)
    api_keys.regenerate(by=admin)
    assert ask(first, READ) == 401


def test_a_later_grace_prolongs_no_earlier_one(admin):
    api_keys.regenerate(by=admin)
    first_end = api_keys.regenerate(by=admin, grace=HOUR).former_ends_at
    api_keys.regenerate(by=admin, grace=72 * HOUR)
    assert ApiKey.objects.order_by("pk").first().ends_at == first_end


def test_revoked_keys_stop_on_the_next_request(admin, ask):
    secret = api_keys.regenerate(by=admin).secret
    assert api_keys.revoke(by=admin) == 1
    assert ask(secret, READ) == 401
    with pytest.raises(NotFound):
        api_keys.revoke(by=admin)


def test_an_expired_key_is_refused_and_can_be_replaced(admin, ask):
    secret = api_keys.regenerate(by=admin, expires_at=timezone.now() + HOUR).secret
    assert ask(secret, READ) == 200
    with clock.at(timezone.now() + 2 * HOUR):
        assert ask(secret, READ) == 401
        assert api_keys.regenerate(by=admin).former_ends_at is None


def test_an_expiry_in_the_past_is_refused(admin):
    with pytest.raises(Invalid):
        api_keys.regenerate(by=admin, expires_at=timezone.now() - HOUR)


@pytest.mark.parametrize("change", ["deactivated", "moved", "entity disabled", "seat taken"])
def test_it_ends_with_its_persons_access(admin, ask, change):
    secret = api_keys.regenerate(by=admin).secret
    if change == "deactivated":
        users.deactivate(user=admin)
    elif change == "moved":
        users.move(user=admin, entity=EntityFactory(slug="other"))
    elif change == "entity disabled":
        admin.entity.is_active = False
        admin.entity.save()
    else:
        admin.is_approved = False
        admin.save()
    assert ask(secret, READ) == (403 if change == "seat taken" else 401)


def test_scopes_limit_it(admin, ask):
    reads = api_keys.regenerate(by=admin, scopes=["read"], grace=HOUR).secret
    assert ask(reads, READ) == 200
    assert ask(reads, WRITE, "post") == 403
    writes = api_keys.regenerate(by=admin, scopes=["write"], grace=HOUR).secret
    assert ask(writes, READ) == 403
    assert ask(writes, WRITE, "post") == 201


def test_a_new_key_has_the_scopes_of_the_one_it_replaces(admin):
    assert api_keys.regenerate(by=admin).key.scopes == ["read", "write"]
    assert api_keys.regenerate(by=admin, scopes=["read"]).key.scopes == ["read"]
    assert api_keys.regenerate(by=admin).key.scopes == ["read"]


def test_no_key_makes_another_key_or_reaches_an_account(admin, ask):
    secret = api_keys.regenerate(by=admin).secret
    assert ask(secret, "/api/settings/config") == 403
    assert ask(secret, "/api/settings/regenerate-key", "post") == 403
    assert ask(secret, "/api/auth/me") == 403
    assert ApiKey.objects.count() == 1


def test_only_admins_make_and_end_keys():
    for role in ("manager", "rep", "support", "cp"):
        for act in (api_keys.regenerate, api_keys.revoke):
            with pytest.raises(NotAllowed):
                act(by=UserFactory(**{role: True}))


def test_its_use_is_noted_but_not_at_every_request(admin, ask):
    secret = api_keys.regenerate(by=admin).secret
    moments = []
    start = timezone.now()
    for minutes in (0, 1, 4, 6):
        with clock.at(start + timedelta(minutes=minutes)):
            ask(secret, READ)
        moments.append((ApiKey.objects.get().last_used_at - start).total_seconds() // 60)
    assert moments == [0, 0, 0, 6]


def test_keys_of_two_entities_know_nothing_of_each_other(admin):
    other = UserFactory(admin=True, entity=EntityFactory(slug="other"))
    api_keys.regenerate(by=admin)
    api_keys.regenerate(by=other)
    api_keys.revoke(by=other)
    assert ApiKey.objects.alive().get().entity == admin.entity


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("switch", locks)
def test_of_keys_regenerated_at_once_one_is_current(switch):
    admin = UserFactory(admin=True)
    with locks[switch]():
        results = at_once([lambda: api_keys.regenerate(by=admin)] * 8)
    kinds = {type(result).__name__ for result in results}
    assert ApiKey.objects.current().count() == 1
    assert (kinds == {"Regenerated"}) == (switch == "locks on")
