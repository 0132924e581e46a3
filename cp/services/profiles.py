from django.db import transaction

from ..models import CPProfile

FIELDS = ("full_name", "company_name", "phone", "city", "extra_json")


def of(user) -> CPProfile:
    """The CP's profile, made empty when there is none yet."""
    profile, _created = CPProfile.objects.get_or_create(
        user=user, defaults={"entity_id": user.entity_id, "full_name": user.get_full_name()}
    )
    return profile


@transaction.atomic
def update(*, user, fields: dict) -> CPProfile:
    profile = CPProfile.objects.select_for_update().get(pk=of(user).pk)
    for name in FIELDS:
        if name in fields:
            setattr(profile, name, fields[name])
    profile.save()
    return profile
