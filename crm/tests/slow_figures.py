"""The figures of /api/analytics, worked out slowly: plain Python over plain rows, by the words of DESIGN section 6."""

from collections import Counter
from datetime import timedelta

from betterside import days
from betterside.accounts.models import User

from ..models import Activity, Lead, LeadStatus, StageEntry

HOUR = timedelta(hours=1)


def share(part: int, whole: int) -> float:
    return round(part * 100 / whole, 1) if whole else 0.0


def average(spans: list[timedelta], unit: timedelta) -> float:
    return round(sum(spans, timedelta()) / len(spans) / unit, 1) if spans else 0.0


class Slow:
    """What the entity's rows say at `now`. Every method takes a query as /api/analytics understands it."""

    def __init__(self, entity, now):
        self.entity, self.zone, self.now = entity, entity.zone, now
        self.statuses = {status.pk: status for status in LeadStatus.objects.all()}
        kept = [lead for lead in Lead.with_deleted.filter(entity=entity) if not lead.deleted_at and not lead.is_test]
        self.all = {lead.pk: lead for lead in kept}
        self.stays = [stay for stay in StageEntry.objects.filter(entity=entity) if stay.lead_id in self.all]
        found = Activity.objects.filter(entity=entity, is_automatic=False)
        self.activities = [one for one in found if one.lead_id in self.all]

    def day(self, moment):
        return moment.astimezone(self.zone).date()

    def within(self, moment, query: dict) -> bool:
        first, last = query.get("date_from"), query.get("date_to")
        day = self.day(moment)
        return not ((first and day < first) or (last and day > last))

    def fits(self, lead: Lead, query: dict) -> bool:
        wanted = {
            "status": self.statuses[lead.status_id].name,
            "platform": lead.platform,
            "source": lead.source,
            "assigned_user_id": lead.assigned_user_id,
            "pipeline": lead.pipeline_id,
        }
        return all(query[name] == value for name, value in wanted.items() if name in query)

    def leads(self, query: dict) -> list[Lead]:
        return [lead for lead in self.all.values() if self.fits(lead, query) and self.within(lead.created_at, query)]

    def done(self, query: dict) -> list[Activity]:
        fitting = [one for one in self.activities if self.fits(self.all[one.lead_id], query)]
        return [one for one in fitting if self.within(one.created_at, query)]

    def growth(self, first, last) -> dict:
        leads, span = self.leads({"pipeline": "growth"}), {"date_from": first, "date_to": last}
        won = [one for one in leads if self.won(one) and self.within(one.closed_at, span)]
        created = [one for one in leads if self.within(one.created_at, span)]
        come = [one for one in leads if self.day(one.created_at) <= last]
        return {
            "revenue": sum(one.value for one in won),
            "active_leads": sum(one.closed_at is None or self.day(one.closed_at) > last for one in come),
            "conversion_rate": share(len(won), len(created)),
        }

    def sources(self, first, last) -> Counter:
        leads = self.leads({"pipeline": "growth", "date_from": first, "date_to": last})
        return Counter(one.source or "Unknown" for one in leads)

    def overdue(self, done: list[Activity]) -> list[Activity]:
        planned = [one for one in done if one.status == "pending" and one.next_follow_up_date]
        return [one for one in planned if one.next_follow_up_date < self.now]

    def people(self, query: dict) -> list[tuple]:
        """(who, how much they did, how much of it is pending, with how many leads, how many overdue)."""
        done, rows = self.done(query), []
        for pk in {one.user_id for one in done if one.user_id}:
            own = [one for one in done if one.user_id == pk]
            pending = sum(one.status == "pending" for one in own)
            rows.append((pk, len(own), pending, len({one.lead_id for one in own}), len(self.overdue(own))))
        return sorted(rows, key=lambda row: (-row[1], row[0]))

    def follow_ups(self) -> dict:
        pending = [one for one in self.activities if one.status == "pending" and one.next_follow_up_date]
        come = [one for one in pending if one.next_follow_up_date >= self.now]
        return {
            "total_pending": len(come),
            "urgent_pending": sum(one.priority == "urgent" for one in come),
            "high_pending": sum(one.priority == "high" for one in come),
            "due_within_24h": sum(one.next_follow_up_date - self.now <= 24 * HOUR for one in come),
            "due_within_week": sum(one.next_follow_up_date - self.now <= 7 * 24 * HOUR for one in come),
            "overdue": len(pending) - len(come),
        }

    def due(self, before) -> list[tuple]:
        """(when, lead) of the open leads whose next follow-up is before the moment."""
        times = {}
        for one in self.activities:
            if one.status == "pending" and one.next_follow_up_date and self.all[one.lead_id].closed_at is None:
                times.setdefault(one.lead_id, []).append(one.next_follow_up_date)
        return sorted((min(found), pk) for pk, found in times.items() if min(found) < before)

    def won(self, lead: Lead) -> bool:
        return self.statuses[lead.status_id].is_won

    def lost(self, lead: Lead) -> bool:
        return self.statuses[lead.status_id].is_lost

    def outcome(self, leads: list[Lead]) -> dict:
        given = [lead for lead in leads if lead.first_assigned_at]
        return {
            "conversion_rate": share(sum(map(self.won, leads)), len(leads)),
            "avg_cycle_time": average([one.closed_at - one.created_at for one in leads if one.closed_at], 24 * HOUR),
            "avg_assignment_time": average([one.first_assigned_at - one.created_at for one in given], HOUR),
        }

    def lead_analytics(self, query: dict) -> dict:
        leads = self.leads(query)
        names = Counter(self.statuses[lead.status_id].name.lower() for lead in leads)
        assigned = sum(1 for lead in leads if lead.assigned_user_id)
        return {
            "total_leads": len(leads),
            "new_leads": sum(1 for lead in leads if self.statuses[lead.status_id].position == 1),
            "contacted_leads": names["contacted"],
            "won_leads": sum(map(self.won, leads)),
            "lost_leads": sum(map(self.lost, leads)),
            "assigned_leads": assigned,
            "unassigned_leads": len(leads) - assigned,
        } | self.outcome(leads)

    def platform_performance(self, query: dict) -> list[dict]:
        rows = []
        for platform in ("facebook", "instagram", "website"):
            leads = [lead for lead in self.leads(query) if lead.platform == platform]
            counts = {"won_leads": sum(map(self.won, leads)), "lost_leads": sum(map(self.lost, leads))}
            rows.append({"platform": platform, "total_leads": len(leads)} | counts | self.outcome(leads))
        return sorted(rows, key=lambda row: -row["total_leads"])

    def user_performance(self, query: dict) -> list[dict]:
        rows = []
        for user in User.objects.filter(entity=self.entity):
            leads = [lead for lead in self.leads(query) if lead.assigned_user_id == user.pk]
            done = [one for one in self.done(query) if one.user_id == user.pk]
            if leads or done:
                rows.append(self._user(user, leads, done))
        return sorted(rows, key=lambda row: (-row["leads_assigned"], row["user_id"]))

    def _user(self, user: User, leads: list[Lead], done: list[Activity]) -> dict:
        return {
            "user_id": user.pk,
            "username": user.username,
            "leads_assigned": len(leads),
            "leads_won": sum(map(self.won, leads)),
            "leads_lost": sum(map(self.lost, leads)),
            **self.outcome(leads),
            "total_activities": len(done),
            "pending_follow_ups": sum(1 for one in done if one.status == "pending" and one.next_follow_up_date),
        }

    def conversion_funnel(self, query: dict) -> dict:
        """A lead reached a status when it entered it or any later one of the main line."""
        pipeline = query.get("pipeline", self.entity.main_pipeline)
        leads = self.leads(query | {"pipeline": pipeline})
        line = [one for one in self.statuses.values() if one.pipeline_id == pipeline and not one.is_lost]
        entered = {lead.pk: [self.statuses[s.status_id] for s in self.stays if s.lead_id == lead.pk] for lead in leads}
        stages = []
        for status in sorted(line, key=lambda one: one.position):
            reached = [
                pk
                for pk, found in entered.items()
                if any(one.position >= status.position and not one.is_lost for one in found)
            ]
            percentage = share(len(reached), len(leads))
            stages.append({"stage": status.name, "count": len(reached), "percentage": percentage})
        return {"stages": stages}

    def time_based(self, query: dict) -> list[dict]:
        """By month, from the first lead until today when no days are named."""
        undated = {name: value for name, value in query.items() if name not in ("date_from", "date_to")}
        last = query.get("date_to") or days.today(self.zone)
        all_created = [self.day(lead.created_at) for lead in self.leads(undated)]
        first = query.get("date_from") or min((day for day in all_created if day <= last), default=last)
        ranged = {"date_from": first, "date_to": last}
        closed = [one for one in self.leads(undated) if one.closed_at and self.within(one.closed_at, ranged)]
        new = Counter(f"{day:%Y-%m}" for day in all_created if first <= day <= last)
        won = Counter(f"{self.day(lead.closed_at):%Y-%m}" for lead in closed if self.won(lead))
        lost = Counter(f"{self.day(lead.closed_at):%Y-%m}" for lead in closed if self.lost(lead))
        months = sorted({f"{first + timedelta(days=n):%Y-%m}" for n in range((last - first).days + 1)})
        return [
            {
                "period": month,
                "new_leads": new[month],
                "won_leads": won[month],
                "lost_leads": lost[month],
                "conversion_rate": share(won[month], new[month]),
            }
            for month in months
        ]

    def activity(self, query: dict) -> dict:
        done = self.done(query)
        types = ["call", "email", "meeting", "note", "status_change", "assignment", "follow_up"]
        return {
            "total_activities": len(done),
            "by_type": {name: sum(one.activity_type == name for one in done) for name in types},
            "by_priority": {
                name: sum(one.priority == name for one in done) for name in ("urgent", "high", "medium", "low")
            },
            "by_status": {
                name: sum(one.status == name for one in done) for name in ("pending", "completed", "cancelled")
            },
        }

    def sla(self, query: dict) -> dict:
        """Stays in won and lost run no SLA; a lead is within when all its stays are."""
        leads = {lead.pk for lead in self.leads(query)}
        open_statuses = {pk: one for pk, one in self.statuses.items() if not one.is_won and not one.is_lost}
        stays = [stay for stay in self.stays if stay.lead_id in leads and stay.status_id in open_statuses]
        over = {stay: self._over(stay) for stay in stays}
        late = [stay for stay in stays if over[stay] > timedelta()]
        late_leads = len({stay.lead_id for stay in late})
        rates = {}
        for status in sorted(open_statuses.values(), key=lambda one: (one.position, one.name)):
            same = [stay for stay in stays if open_statuses[stay.status_id].name == status.name]
            if same:
                rates[status.name] = share(sum(stay not in late for stay in same), len(same))
        return {
            "total_leads": len(leads),
            "within_sla": len(leads) - late_leads,
            "exceeded_sla": late_leads,
            "compliance_rate": share(len(leads) - late_leads, len(leads)),
            "avg_exceeded_time": average([over[stay] for stay in late], HOUR) if late else None,
            "by_status": rates,
        }

    def workflow(self, query: dict) -> dict:
        leads = {lead.pk: lead for lead in self.leads(query)}
        stays = {stay.pk: stay for stay in self.stays}
        own = [stay for stay in stays.values() if stay.lead_id in leads]
        moved = [(stays[stay.previous_id], stay) for stay in own if stay.previous_id]
        back = [
            1
            for before, stay in moved
            if not self.statuses[stay.status_id].is_lost
            and self.statuses[before.status_id].position > self.statuses[stay.status_id].position
        ]
        won, lost = sum(map(self.won, leads.values())), sum(map(self.lost, leads.values()))
        ended = [stay.exited_at - stay.entered_at for stay in own if stay.exited_at]
        cycles = [lead.closed_at - lead.created_at for lead in leads.values() if lead.closed_at]
        return {
            "total_leads": len(leads),
            "completed_leads": won + lost,
            "in_progress_leads": len(leads) - won - lost,
            "won_leads": won,
            "lost_leads": lost,
            "completion_rate": share(won + lost, len(leads)),
            "conversion_rate": share(won, len(leads)),
            "avg_cycle_time": average(cycles, 24 * HOUR) if cycles else None,
            "avg_stage_duration_hours": round(sum(ended, timedelta()) / len(ended) / HOUR, 2) if ended else None,
            "avg_stages_per_lead": round(len(own) / len(leads), 1) if leads else 0.0,
            "total_stage_changes": len(moved),
            "backward_stage_changes": len(back),
        }

    def statistics(self, query: dict) -> dict[int, tuple]:
        """By status: leads, those with an owner, and how many hours they have been there."""
        found: dict[int, list] = {}
        for stay in self.stays:
            lead = self.all[stay.lead_id]
            if stay.exited_at is None and self.fits(lead, query) and self.within(lead.created_at, query):
                found.setdefault(stay.status_id, []).append((lead, self.now - stay.entered_at))
        return {
            pk: (
                len(rows),
                sum(1 for lead, _span in rows if lead.assigned_user_id),
                round(sum((span for _lead, span in rows), timedelta()) / len(rows) / HOUR, 2),
            )
            for pk, rows in found.items()
        }

    def waiting_too_long(self) -> Counter:
        """Open stays beyond their SLA, by status."""
        open_stays = [one for one in self.stays if one.exited_at is None and not self.all[one.lead_id].closed_at]
        return Counter(one.status_id for one in open_stays if self._over(one) > timedelta())

    def violations(self, sla_hours: int | None) -> list[StageEntry]:
        """Open stays longer than the SLA, the longest first."""
        open_stays = [one for one in self.stays if one.exited_at is None and not self.all[one.lead_id].closed_at]
        late = [
            one
            for one in open_stays
            if self.now - one.entered_at > (sla_hours or self.statuses[one.status_id].sla_hours) * HOUR
        ]
        return sorted(late, key=lambda one: (one.entered_at, one.pk))

    def _over(self, stay: StageEntry) -> timedelta:
        return (stay.exited_at or self.now) - stay.entered_at - self.statuses[stay.status_id].sla_hours * HOUR
