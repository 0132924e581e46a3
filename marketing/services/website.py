"""Leads from websites' forms: captured at once, each form guarded as its entity wants (DESIGN section 5)."""

import hashlib
import hmac
from datetime import timedelta

import orjson
from django.db import connection, transaction
from django.utils import timezone

from betterside.accounts.models import Entity
from betterside.api import limits
from betterside.errors import Invalid, NotAllowed, NotSignedIn
from crm.models import Lead, LeadMeta

from ..models import Campaign, CaptureRoute, WebsiteIntake
from . import mapping
from .capture import Captured, Enquiry, capture

PER_ADDRESS, PER_ENTITY = 60, 600  # a minute
# The same answers on the same page within this time are one submission sent twice.
DOUBLE_CLICK = timedelta(minutes=10)
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
UTM = ("source", "medium", "campaign", "term", "content")


def entity_for(*, entity_id: int | None, form_key: str) -> Entity:
    """The active entity named by its form key or, where it allows that, by its bare id. Unknown and inactive are
    the same Invalid; a missing or wrong key where one is required is NotSignedIn."""
    active = Entity.objects.filter(is_active=True).select_related("website_intake")
    entity = (
        active.filter(website_intake__form_key=form_key).first() if form_key else active.filter(pk=entity_id).first()
    )
    if entity is None and form_key:
        raise NotSignedIn("This form key is not known.")
    if entity is None:
        raise Invalid(fields={"entity_id": "This entity does not exist."})
    if intake_of(entity).requires_key and not form_key:
        raise NotSignedIn("This entity's forms need their form_key.")
    return entity


def intake_of(entity: Entity) -> WebsiteIntake:
    return getattr(entity, "website_intake", None) or WebsiteIntake(entity=entity)


def count(address: str) -> None:
    """Before anything is looked up, so that guessing entities and keys is limited too. Raises TooMany."""
    limits.hit("website.address", address, limit=PER_ADDRESS)


def guard(*, entity: Entity, origin: str, raw_body: bytes, signature: str) -> None:
    """The entity's limit, origins and signature. Counts outside of any transaction. Raises TooMany, NotAllowed."""
    limits.hit("website.entity", entity.pk, limit=PER_ENTITY)
    intake = intake_of(entity)
    if intake.allowed_origins and origin not in intake.allowed_origins:
        raise NotAllowed("Forms on this site may not send leads to this entity.")
    if intake.hmac_secret:
        wanted = "sha256=" + hmac.new(intake.hmac_secret.encode(), raw_body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace")):
            raise NotAllowed("The form's signature is missing or wrong.")


def is_signed(entity: Entity) -> bool:
    """Whether what passed the guard came from the site's own server, not from a visitor's browser."""
    return bool(intake_of(entity).hmac_secret)


def is_bot(entity: Entity, answers: dict) -> bool:
    """Whether the field that people do not see was filled in."""
    return bool(str(answers.get(intake_of(entity).honeypot) or "").strip())


def names_somebody(answers: dict) -> bool:
    """Whether the answers hold a name, an e-mail or a phone, by any name that a form may give these."""
    given = {mapping.clean(name).lower(): mapping.text(value).strip() for name, value in answers.items()}
    person = mapping.person({name: value for name, value in given.items() if value})
    return bool(person.keys() - {"company", "job_title"})


@transaction.atomic
def submit(*, entity: Entity, page_id: str, page_url: str, utm: dict, answers: dict) -> Captured:
    """Capture one submission; the same one again within ten minutes gives the same lead. Raises PersonKnown."""
    given = {mapping.clean(name).lower(): text for name, value in answers.items() if (text := mapping.text(value))}
    digest = hashlib.sha256(orjson.dumps([entity.pk, page_id, given], option=orjson.OPT_SORT_KEYS)).hexdigest()
    lock(digest)
    earlier = _earlier(entity, digest)
    if earlier:
        return Captured(earlier.lead, is_new=False)
    return capture(_enquiry(entity, page_id, page_url, utm, given, digest))


def lock(digest: str) -> None:
    """Equal submissions wait for each other until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [digest])


def _earlier(entity: Entity, digest: str) -> LeadMeta | None:
    recent = LeadMeta.objects.filter(
        entity=entity,
        platform_key="website",
        source_lead_id__startswith=digest,
        received_at__gte=timezone.now() - DOUBLE_CLICK,
        lead__deleted_at=None,
    )
    return recent.select_related("lead").first()


def _enquiry(entity: Entity, page_id: str, page_url: str, utm: dict, given: dict, digest: str) -> Enquiry:
    route = CaptureRoute.objects.filter(entity=entity).best_for(page_id=page_id) if page_id else None
    utm = {f"utm_{name}": mapping.clean(utm.get(name) or "") for name in UTM}
    fields = mapping.person(given) | {
        "source": SOURCES.get(route.pipeline_id if route else entity.main_pipeline, "Website"),
        "raw_field_data": given,
        "source_page_id": page_id[: Lead._meta.get_field("source_page_id").max_length],
        "campaign_name": utm["utm_campaign"][: Lead._meta.get_field("campaign_name").max_length],
    }
    return Enquiry(
        entity=entity,
        pipeline=route.pipeline_id if route else entity.main_pipeline,
        platform="website",
        source_lead_id=f"{digest}-{timezone.now():%Y%m%d%H%M%S}",
        fields=fields,
        meta=_cut({"page_id": page_id, "page_url": page_url} | utm),
        project=route.project if route else None,
        owner=route.owner if route else None,
        strategy=route.strategy if route else "",
        campaign=Campaign.objects.filter(entity=entity, name=utm["utm_campaign"]).first()
        if utm["utm_campaign"]
        else None,
    )


# The channel contract knows five sources only; a form on a website is its "other".
SOURCES = {"channel": "other"}


def _cut(texts: dict) -> dict:
    """No visitor's lead is lost for a long address."""
    return {name: value[: LeadMeta._meta.get_field(name).max_length] for name, value in texts.items()}
