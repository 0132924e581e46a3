"""The rows of made-up leads, table by table, and their way into the database."""

import random
import uuid
from datetime import datetime

import orjson
from django.db import connection

from ...models import Activity, Lead
from .journeys import Deed, Holding, Journey, Stay
from .people import INTERESTS, Person

LEADS = """crm_lead (id, public_id, entity_id, pipeline_id, status_id, lead_code, first_name, last_name, full_name,
    email, phone, phone_e164, phone_digits, company, job_title, source, platform, score, value, assigned_user_id,
    assigned_at, first_assigned_at, project_id, campaign_id, campaign_name, notes, raw_field_data, source_page_id,
    source_page_name, is_test, last_interaction_at, status_since,
    furthest_position, was_late, closed_at, created_at, updated_at)"""
STAYS = """crm_stageentry (id, entity_id, lead_id, status_id, previous_id, entered_at, exited_at, duration_hours,
    user_id, notes, next_action_required)"""
HOLDINGS = """crm_assignment (entity_id, lead_id, assigned_user_id, assigned_by_id, previous_user_id, assigned_at,
    ended_at, reassignment_reason, notes, end_reason)"""
DEEDS = """crm_activity (public_id, entity_id, lead_id, user_id, activity_type, title, description, priority, status,
    notes, next_follow_up_date, due_reminded_at, overdue_reminded_at, completed_at, is_automatic, created_at,
    updated_at)"""
METAS = """crm_leadmeta (entity_id, lead_id, platform_key, source_lead_id, page_id, form_id, ad_id, campaign_id,
    created_time, received_at, page_url, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
    processing_status)"""
PRACTICES = """crm_practiceprofile (entity_id, lead_id, owner_phone, address, city, state, zip_code, ein, npi,
    entity_type, specialties)"""
ALL = [LEADS, STAYS, HOLDINGS, DEEDS, METAS, PRACTICES]
CITIES = [("New York", "NY", "10001"), ("Albany", "NY", "12207"), ("Newark", "NJ", "07102"), ("Boston", "MA", "02108")]
MEDIA = {
    "facebook": ("facebook", "paid_social"),
    "instagram": ("instagram", "paid_social"),
    "website": ("google", "cpc"),
}


class Rows:
    """Collects the rows of a batch. `copy()` writes them; call it in the transaction that drew the ids."""

    def __init__(self, team, dice: random.Random):
        self.team, self.dice = team, dice
        self.tables: dict[str, list[tuple]] = {}

    def add(self, pk: int, code: str, person: Person, journey: Journey, stay_ids) -> None:
        campaign = self._campaign(person)
        self._put(LEADS, self._lead(pk, code, person, journey, campaign))
        self._stays(pk, journey.stays, stay_ids)
        self._holdings(pk, journey.holdings)
        for deed in journey.deeds:
            self._put(DEEDS, self._deed(pk, deed))
        if person.platform:
            self._put(METAS, self._meta(pk, person, journey.created, campaign[1]))
        if self.team.entity.main_pipeline == "practice":
            self._put(PRACTICES, self._practice(pk))

    def copy(self) -> None:
        with connection.cursor() as cursor:
            for table, rows in self.tables.items():
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)

    def _put(self, table: str, row: tuple) -> None:
        self.tables.setdefault(table, []).append(row)

    def _campaign(self, person: Person) -> tuple[int | None, str]:
        return self.dice.choice(self.team.campaigns) if person.platform and self.team.campaigns else (None, "")

    def _lead(self, pk: int, code: str, person: Person, journey: Journey, campaign: tuple) -> tuple:
        owner = journey.holdings[-1] if journey.holdings else None
        status, dice = journey.status, self.dice
        return (
            pk,
            uuid.uuid4(),
            self.team.entity.pk,
            status.pipeline_id,
            status.pk,
            code,
            person.first,
            person.last,
            f"{person.first} {person.last}",
            person.email,
            person.phone,
            person.e164,
            person.digits,
            person.company,
            person.title,
            person.source,
            person.platform,
            dice.randint(10, 98),
            dice.randint(5, 90) * 1000,
            owner and owner.user.pk,
            owner and owner.since,
            owner and journey.holdings[0].since,
            dice.choice(self.team.projects) if self.team.projects else None,
            *campaign,
            "",
            orjson.dumps({"interest": dice.choice(INTERESTS)}).decode() if person.platform else "{}",
            person.page,
            person.page_name,
            False,
            journey.touched,
            journey.stays[-1].entered,
            journey.furthest,
            journey.was_late,
            journey.stays[-1].entered if status.is_closed else None,
            journey.created,
            journey.changed,
        )

    def _stays(self, pk: int, stays: list[Stay], ids) -> None:
        previous = None
        for stay in stays:
            own = next(ids)
            seconds = (stay.exited - stay.entered).total_seconds() if stay.exited else None
            hours = None if seconds is None else round(seconds / 3600, 2)
            user = stay.user and stay.user.pk
            entity = self.team.entity.pk
            row = (own, entity, pk, stay.status.pk, previous, stay.entered, stay.exited, hours, user, "", "")
            self._put(STAYS, row)
            previous = own

    def _holdings(self, pk: int, holdings: list[Holding]) -> None:
        previous = None
        for one in holdings:
            by = one.by and one.by.pk
            row = (self.team.entity.pk, pk, one.user.pk, by, previous, one.since, one.until, one.reason, "", "")
            self._put(HOLDINGS, row)
            previous = one.user.pk

    def _deed(self, pk: int, deed: Deed) -> tuple:
        """Nobody is reminded of a follow-up that never was: it counts as reminded of."""
        status = Activity.Status.PENDING if deed.due else Activity.Status.COMPLETED
        return (
            uuid.uuid4(),
            self.team.entity.pk,
            pk,
            deed.user and deed.user.pk,
            deed.kind,
            deed.title,
            deed.text,
            self.dice.choice(Activity.Priority.values) if deed.due else Activity.Priority.MEDIUM,
            status,
            "",
            deed.due,
            deed.due and deed.at,
            deed.due and deed.at,
            None if deed.due or deed.automatic else deed.at,
            deed.automatic,
            deed.at,
            deed.at,
        )

    def _meta(self, pk: int, person: Person, created: datetime, campaign: str) -> tuple:
        source, medium = MEDIA[person.platform]
        from_meta = person.platform != Lead.Platform.WEBSITE
        return (
            self.team.entity.pk,
            pk,
            person.platform,
            f"seed-{pk}",
            person.page,
            f"{person.page}9" if from_meta else "",
            "",
            "",
            created,
            created,
            "" if from_meta else "https://www.example.com/enquiry",
            source,
            medium,
            campaign[:150],
            "",
            self.dice.choice(["video", "carousel", "image"]),
            "processed",
        )

    def _practice(self, pk: int) -> tuple:
        city, state, code = self.dice.choice(CITIES)
        address = f"{self.dice.randint(1, 900)} Main Street"
        return (self.team.entity.pk, pk, "", address, city, state, code, "", "", "Organization", "")
