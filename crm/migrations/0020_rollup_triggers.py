from django.db import migrations

# What one lead adds to the rollups, once by the day it was created and once by the day it was closed. `crm_leadfacts`
# and the triggers are made of this text, so that what is kept and what is verified cannot differ.
FACTS = """
    SELECT {sign} AS sign, lead.entity_id, moment.counted_by,
        (moment.at AT TIME ZONE entity.timezone)::date AS day,
        lead.pipeline_id, lead.status_id, lead.platform, lead.furthest_position, lead.assigned_user_id,
        (lead.assigned_user_id IS NOT NULL)::int AS assigned,
        lead.was_late::int AS late,
        (lead.first_assigned_at IS NOT NULL)::int AS assignments,
        coalesce(extract(epoch FROM lead.first_assigned_at - lead.created_at) * 1000000, 0)::bigint AS assignment_us,
        (lead.closed_at IS NOT NULL)::int AS closes,
        coalesce(extract(epoch FROM lead.closed_at - lead.created_at) * 1000000, 0)::bigint AS cycle_us,
        (extract(epoch FROM lead.status_since) * 1000000)::bigint AS since_us,
        CASE WHEN moment.counted_by = 'closed' THEN lead.value ELSE 0 END AS value
    FROM {rows} AS lead
    JOIN accounts_entity AS entity ON entity.id = lead.entity_id
    CROSS JOIN LATERAL (VALUES ('created', lead.created_at), ('closed', lead.closed_at)) AS moment (counted_by, at)
    WHERE lead.deleted_at IS NULL AND NOT lead.is_test AND moment.at IS NOT NULL
"""
DIMENSIONS = "counted_by, day, pipeline_id, status_id, platform, furthest_position, assigned_user_id"
MEASURES = ["assigned", "late", "assignments", "assignment_us", "closes", "cycle_us", "since_us", "value"]
SUMS = ", ".join(f"sum(sign * {name})" for name in MEASURES)
DIFFER = " OR ".join(f"sum(sign * {name}) <> 0" for name in MEASURES)

TRIGGER = """
CREATE FUNCTION crm_rollup_lead_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('crm.rollups', true) = 'off' THEN
        RETURN NULL;
    END IF;
    INSERT INTO crm_leadrollup (entity_id, grain, {dimensions}, leads, {measures})
    SELECT entity_id, 0, {dimensions}, sum(sign), {sums}
    FROM ({facts}) AS fact
    GROUP BY entity_id, {dimensions} HAVING sum(sign) <> 0 OR {differ};
    RETURN NULL;
END $$;
CREATE TRIGGER rollup_{event} AFTER {event} ON crm_lead REFERENCING {referencing}
    FOR EACH STATEMENT EXECUTE FUNCTION crm_rollup_lead_{event}();
"""
ADDED, REMOVED = FACTS.format(sign=1, rows="added"), FACTS.format(sign=-1, rows="removed")
EVENTS = {
    "insert": ("NEW TABLE AS added", ADDED),
    "delete": ("OLD TABLE AS removed", REMOVED),
    "update": ("OLD TABLE AS removed NEW TABLE AS added", f"{ADDED} UNION ALL {REMOVED}"),
}
FUNCTION = """
CREATE FUNCTION crm_leadfacts(of_entity bigint) RETURNS TABLE (
    entity_id bigint, counted_by text, day date, pipeline_id text, status_id bigint, platform text,
    furthest_position smallint, assigned_user_id bigint, leads int, assigned int, late int, assignments int,
    assignment_us bigint, closes int, cycle_us bigint, since_us bigint, value numeric
) LANGUAGE sql STABLE ROWS 1000000 AS $$
    SELECT entity_id, {dimensions}, sign AS leads, {measures}
    FROM ({facts} AND lead.entity_id = of_entity) AS fact
$$;
"""
# A status's SLA, its position and whether it is won or lost are in the sums.
STALE = """
CREATE FUNCTION crm_rollups_are_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.sla_hours, OLD.position, OLD.is_won, OLD.is_lost) IS DISTINCT FROM
       (NEW.sla_hours, NEW.position, NEW.is_won, NEW.is_lost) THEN
        UPDATE accounts_entity SET rollup_zone = '' WHERE rollup_zone <> '';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER rollups_are_stale AFTER UPDATE ON crm_leadstatus
    FOR EACH ROW EXECUTE FUNCTION crm_rollups_are_stale();
"""
# An entity without leads has nothing to roll up; the others' rollups are built by the worker.
EMPTY = """
UPDATE accounts_entity AS entity SET rollup_zone = timezone
WHERE NOT EXISTS (SELECT FROM crm_lead WHERE crm_lead.entity_id = entity.id)
"""


def trigger(event: str, referencing: str, facts: str) -> migrations.RunSQL:
    sql = TRIGGER.format(
        event=event,
        referencing=referencing,
        facts=facts,
        dimensions=DIMENSIONS,
        measures=", ".join(MEASURES),
        sums=SUMS,
        differ=DIFFER,
    )
    return migrations.RunSQL(sql, f"DROP TRIGGER rollup_{event} ON crm_lead; DROP FUNCTION crm_rollup_lead_{event}();")


class Migration(migrations.Migration):
    """The triggers that keep crm_leadrollup, one for each kind of statement: they see bulk updates and COPY too.

    `SET LOCAL crm.rollups = 'off'` silences them for loads that rebuild the rollups afterwards.
    """

    dependencies = [("crm", "0019_rollups"), ("accounts", "0006_rollup_zone")]
    operations = [
        migrations.RunSQL(
            FUNCTION.format(
                facts=FACTS.format(sign=1, rows="crm_lead"), dimensions=DIMENSIONS, measures=", ".join(MEASURES)
            ),
            "DROP FUNCTION crm_leadfacts(bigint)",
        ),
        *[trigger(event, *how) for event, how in EVENTS.items()],
        migrations.RunSQL(
            STALE, "DROP TRIGGER rollups_are_stale ON crm_leadstatus; DROP FUNCTION crm_rollups_are_stale();"
        ),
        migrations.RunSQL(EMPTY, "UPDATE accounts_entity SET rollup_zone = ''"),
    ]
