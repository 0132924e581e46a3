from django.db import migrations

FACTS = """
    SELECT {sign} AS leads, lead.entity_id, (lead.created_at AT TIME ZONE entity.timezone)::date AS day,
        lead.pipeline_id, lead.source
    FROM {rows} AS lead
    JOIN accounts_entity AS entity ON entity.id = lead.entity_id
    WHERE lead.deleted_at IS NULL AND NOT lead.is_test
"""
FUNCTION = """
CREATE FUNCTION crm_sourcefacts(of_entity bigint) RETURNS TABLE (
    entity_id bigint, day date, pipeline_id text, source text, leads int
) LANGUAGE sql STABLE ROWS 1000000 AS $$
    SELECT entity_id, day, pipeline_id, source, leads FROM ({facts} AND lead.entity_id = of_entity) AS fact
$$;
""".format(facts=FACTS.format(sign=1, rows="crm_lead"))  # noqa: S608
TRIGGER = """
CREATE FUNCTION crm_lead_source_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('crm.rollups', true) = 'off' THEN RETURN NULL; END IF;
    INSERT INTO crm_sourcerollup (entity_id, grain, day, pipeline_id, source, leads)
    SELECT entity_id, 0, day, pipeline_id, source, sum(leads) FROM ({facts}) AS fact
    GROUP BY entity_id, day, pipeline_id, source HAVING sum(leads) <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER rollup_source_{event} AFTER {event} ON crm_lead {scope} EXECUTE FUNCTION crm_lead_source_{event}();
"""
ADDED, REMOVED = FACTS.format(sign=1, rows="(SELECT NEW.*)"), FACTS.format(sign=-1, rows="(SELECT OLD.*)")
# event → (what is added, for each of what). Hardly any update is about a source: `WHEN` costs those others nothing.
EVENTS = {
    "insert": (FACTS.format(sign=1, rows="added"), "REFERENCING NEW TABLE AS added FOR EACH STATEMENT"),
    "delete": (FACTS.format(sign=-1, rows="removed"), "REFERENCING OLD TABLE AS removed FOR EACH STATEMENT"),
    "update": (
        f"{ADDED} UNION ALL {REMOVED}",
        """FOR EACH ROW WHEN (
            (NEW.source, NEW.created_at, NEW.pipeline_id, NEW.entity_id, NEW.deleted_at IS NULL, NEW.is_test)
            IS DISTINCT FROM
            (OLD.source, OLD.created_at, OLD.pipeline_id, OLD.entity_id, OLD.deleted_at IS NULL, OLD.is_test)
        )""",
    ),
}
STALE = """
UPDATE accounts_entity AS entity SET rollup_zone = ''
WHERE EXISTS (SELECT FROM crm_lead WHERE crm_lead.entity_id = entity.id)
"""


def trigger(event: str, facts: str, scope: str) -> migrations.RunSQL:
    drop = f"DROP TRIGGER rollup_source_{event} ON crm_lead; DROP FUNCTION crm_lead_source_{event}();"
    return migrations.RunSQL(TRIGGER.format(event=event, facts=facts, scope=scope), drop)


class Migration(migrations.Migration):
    """The triggers that keep crm_sourcerollup."""

    dependencies = [("crm", "0034_source_rollups")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION crm_sourcefacts(bigint)"),
        *[trigger(event, *how) for event, how in EVENTS.items()],
        # They are built by the worker, with those that were there before.
        migrations.RunSQL(STALE, migrations.RunSQL.noop),
    ]
