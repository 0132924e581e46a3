from django.db import migrations

COUNTS = "NOT is_automatic AND user_id IS NOT NULL AND lead_id IS NOT NULL"
OFF = "IF current_setting('crm.rollups', true) = 'off' THEN RETURN NULL; END IF;"
DAY = "(moment.at AT TIME ZONE entity.timezone)::date"
# Of each pair of a lead and a person, once by the first and once by the last time that the person did something with it.
FUNCTION = f"""
CREATE FUNCTION crm_contactedfacts(of_entity bigint) RETURNS TABLE (
    entity_id bigint, counted_by text, day date, user_id bigint, pipeline_id text, leads int
) LANGUAGE sql STABLE ROWS 1000000 AS $$
    SELECT lead.entity_id, moment.counted_by, {DAY}, pair.user_id, lead.pipeline_id, 1
    FROM (
        SELECT lead_id, user_id, min(created_at) AS first, max(created_at) AS last FROM crm_activity
        WHERE entity_id = of_entity AND {COUNTS} GROUP BY lead_id, user_id
    ) AS pair
    JOIN crm_lead AS lead ON lead.id = pair.lead_id AND lead.entity_id = of_entity
    JOIN accounts_entity AS entity ON entity.id = lead.entity_id
    CROSS JOIN LATERAL (VALUES ('first', pair.first), ('last', pair.last)) AS moment (counted_by, at)
    WHERE lead.deleted_at IS NULL AND NOT lead.is_test
$$;
"""  # noqa: S608
# What the pairs that a statement touched were before it and are now. Their leads are locked first (a service has done so
# before), so that two who both do the first thing count it once; whoever waited sees what the other wrote.
OF_ACTIVITIES = """
CREATE FUNCTION crm_activity_contacted_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {off}
    IF NOT EXISTS (SELECT FROM {touched} WHERE {counts}) THEN RETURN NULL; END IF;
    PERFORM FROM crm_lead WHERE id IN (SELECT lead_id FROM {touched} WHERE {counts}) ORDER BY id FOR NO KEY UPDATE;
    INSERT INTO crm_contactedrollup (entity_id, grain, counted_by, day, user_id, pipeline_id, leads)
    SELECT lead.entity_id, 0, moment.counted_by, {day}, pair.user_id, lead.pipeline_id, sum(moment.sign)
    FROM (SELECT DISTINCT lead_id, user_id FROM {touched} WHERE {counts}) AS pair
    JOIN crm_lead AS lead ON lead.id = pair.lead_id
    JOIN accounts_entity AS entity ON entity.id = lead.entity_id
    CROSS JOIN LATERAL (
        SELECT min(did.at) FILTER (WHERE did.is_there), max(did.at) FILTER (WHERE did.is_there),
            min(did.at) FILTER (WHERE did.was_there), max(did.at) FILTER (WHERE did.was_there)
        FROM ({did}) AS did (at, is_there, was_there)
    ) AS span (first, last, first_before, last_before)
    CROSS JOIN LATERAL (
        VALUES (1, 'first', span.first), (1, 'last', span.last),
            (-1, 'first', span.first_before), (-1, 'last', span.last_before)
    ) AS moment (sign, counted_by, at)
    WHERE lead.deleted_at IS NULL AND NOT lead.is_test AND moment.at IS NOT NULL
    GROUP BY lead.entity_id, moment.counted_by, {day}, pair.user_id, lead.pipeline_id HAVING sum(moment.sign) <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER rollup_contacted_{event} AFTER {event} ON crm_activity REFERENCING {referencing}
    FOR EACH STATEMENT EXECUTE FUNCTION crm_activity_contacted_{event}();
"""
OWN = f"lead_id = pair.lead_id AND user_id = pair.user_id AND {COUNTS}"
THERE = f"SELECT created_at, true, {{was_there}} FROM crm_activity WHERE {OWN}"  # noqa: S608
BEFORE = f" UNION ALL SELECT created_at, false, true FROM removed WHERE {OWN}"  # noqa: S608
NOT_ADDED = "id NOT IN (SELECT id FROM added)"
# An update that says nothing new about who did what when touches no pair.
OTHERWISE = """(
    SELECT {side}.* FROM {side} JOIN {other} AS other USING (id)
    WHERE ({side}.lead_id, {side}.user_id, {side}.is_automatic, {side}.created_at)
        IS DISTINCT FROM (other.lead_id, other.user_id, other.is_automatic, other.created_at)
)"""
CHANGED = "({} UNION ALL {}) AS touched".format(
    OTHERWISE.format(side="added", other="removed"), OTHERWISE.format(side="removed", other="added")
)
# event → (transition tables, the rows whose pairs it touches, what a pair's rows are and were)
EVENTS = {
    "insert": ("NEW TABLE AS added", "added", THERE.format(was_there=NOT_ADDED)),
    "delete": ("OLD TABLE AS removed", "removed", THERE.format(was_there="true") + BEFORE),
    "update": ("OLD TABLE AS removed NEW TABLE AS added", CHANGED, THERE.format(was_there=NOT_ADDED) + BEFORE),
}
# A lead that comes, goes or is another one's takes its pairs along.
OF_LEADS = f"""
CREATE FUNCTION crm_lead_contacted_{{event}}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {OFF}
    INSERT INTO crm_contactedrollup (entity_id, grain, counted_by, day, user_id, pipeline_id, leads)
    SELECT lead.entity_id, 0, moment.counted_by, {DAY}, pair.user_id, lead.pipeline_id, sum(lead.sign)
    FROM (
        SELECT user_id, min(created_at) AS first, max(created_at) AS last FROM crm_activity
        WHERE lead_id = OLD.id AND {COUNTS} GROUP BY user_id
    ) AS pair
    CROSS JOIN (VALUES {{sides}}) AS lead (sign, entity_id, pipeline_id, counts)
    JOIN accounts_entity AS entity ON entity.id = lead.entity_id
    CROSS JOIN LATERAL (VALUES ('first', pair.first), ('last', pair.last)) AS moment (counted_by, at)
    WHERE lead.counts
    GROUP BY lead.entity_id, moment.counted_by, {DAY}, pair.user_id, lead.pipeline_id HAVING sum(lead.sign) <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER rollup_contacted_{{event}} AFTER {{event}} ON crm_lead
    FOR EACH ROW {{when}} EXECUTE FUNCTION crm_lead_contacted_{{event}}();
"""  # noqa: S608
SIDE = "({sign}, {row}.entity_id, {row}.pipeline_id, {row}.deleted_at IS NULL AND NOT {row}.is_test)"
NEW, OLD = SIDE.format(sign=1, row="NEW"), SIDE.format(sign=-1, row="OLD")
WHEN = """WHEN ((NEW.entity_id, NEW.pipeline_id, NEW.deleted_at IS NULL, NEW.is_test)
        IS DISTINCT FROM (OLD.entity_id, OLD.pipeline_id, OLD.deleted_at IS NULL, OLD.is_test))"""
STALE = """
UPDATE accounts_entity AS entity SET rollup_zone = ''
WHERE EXISTS (SELECT FROM crm_lead WHERE crm_lead.entity_id = entity.id)
"""


def of_activities(event: str, referencing: str, touched: str, did: str) -> migrations.RunSQL:
    parts = {"off": OFF, "counts": COUNTS, "day": DAY, "referencing": referencing, "touched": touched, "did": did}
    return _trigger(OF_ACTIVITIES.format(event=event, **parts), "crm_activity", event)


def of_leads(event: str, sides: str, when: str) -> migrations.RunSQL:
    return _trigger(OF_LEADS.format(event=event, sides=sides, when=when), "crm_lead", event)


def _trigger(sql: str, table: str, event: str) -> migrations.RunSQL:
    drop = f"DROP TRIGGER rollup_contacted_{event} ON {table}; DROP FUNCTION {table}_contacted_{event}();"
    return migrations.RunSQL(sql, drop)


class Migration(migrations.Migration):
    """The triggers that keep crm_contactedrollup, on activities and on the leads these belong to."""

    dependencies = [("crm", "0028_contacted_rollups")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION crm_contactedfacts(bigint)"),
        *[of_activities(event, *how) for event, how in EVENTS.items()],
        of_leads("update", f"{NEW}, {OLD}", WHEN),
        of_leads("delete", OLD, ""),
        # They are built by the worker, with those that were there before.
        migrations.RunSQL(STALE, migrations.RunSQL.noop),
    ]
