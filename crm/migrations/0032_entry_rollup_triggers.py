from importlib import import_module

from django.db import migrations

work = import_module("crm.migrations.0025_work_rollup_triggers")

COLUMNS = "id, lead_id, status_id, previous_id, user_id, entered_at, exited_at, duration_hours, is_repeat"
# What a stay says by itself.
OWN = """(
    SELECT stay.*, status.position, status.is_won, status.is_lost, (NOT status.is_won AND NOT status.is_lost)::int AS is_open,
        (stay.exited_at IS NOT NULL)::int AS ended, (NOT stay.is_repeat)::int AS single,
        (stay.previous_id IS NOT NULL AND stay.user_id IS NOT NULL)::int AS moved,
        coalesce(lasted.us, 0) AS ended_us,
        CASE WHEN stay.exited_at IS NULL THEN (extract(epoch FROM stay.entered_at) * 1000000)::bigint ELSE 0 END AS since_us,
        coalesce((lasted.us > status.sla_hours * 3600000000 AND NOT status.is_won AND NOT status.is_lost)::int, 0) AS late
    FROM {stays} AS stay
    JOIN crm_leadstatus AS status ON status.id = stay.status_id
    CROSS JOIN LATERAL (
        SELECT (extract(epoch FROM stay.exited_at - stay.entered_at) * 1000000)::bigint OFFSET 0
    ) AS lasted (us)
)"""
# Whether it is its person's first or last of the lead, given all the lead's stays.
IN_TURN = """(
    SELECT stay.*,
        moved * (lag(id) OVER of_person IS NULL)::int AS first_moves,
        moved * (lead(id) OVER of_person IS NULL)::int AS last_moves,
        moved * (lag(id) OVER of_kind IS NULL)::int AS first_of_kind,
        moved * (lead(id) OVER of_kind IS NULL)::int AS last_of_kind
    FROM {own} AS stay
    WINDOW of_person AS (PARTITION BY sign, lead_id, user_id, moved ORDER BY entered_at, id),
        of_kind AS (PARTITION BY sign, lead_id, user_id, moved, is_won, is_lost ORDER BY entered_at, id)
)"""
# What stays add to the rollup, or take away (`sign`). `crm_entryfacts` and the triggers are made of this text.
FACTS = """
    SELECT stay.sign, lead.entity_id, (stay.entered_at AT TIME ZONE entity.timezone)::date AS day,
        stay.user_id, lead.pipeline_id, previous.status_id AS previous_status_id, stay.status_id,
        1 AS stays, ended, ended_us, since_us, late, lost,
        (previous.duration_hours IS NOT NULL)::int AS timed, coalesce(previous.duration_hours, 0) AS before_hours,
        single, single * ended AS single_ended,
        CASE WHEN ended_us > 86400000000 THEN single * is_open ELSE 0 END AS single_beyond_24,
        CASE WHEN ended_us > 172800000000 THEN single * is_open ELSE 0 END AS single_beyond_48,
        single * advanced AS single_advanced, single * lost AS single_lost,
        first_moves, last_moves, first_of_kind, last_of_kind
    FROM {rows} AS stay
    JOIN {leads} AS lead ON lead.id = stay.lead_id
    JOIN accounts_entity AS entity ON entity.id = lead.entity_id
    LEFT JOIN {previous} AS previous ON previous.id = stay.previous_id
    {following}
    WHERE lead.deleted_at IS NULL AND NOT lead.is_test {narrowed}
"""
FOLLOWING = """AND previous.sign = stay.sign
    LEFT JOIN {stays} AS following ON following.previous_id = stay.id AND following.sign = stay.sign
    LEFT JOIN crm_leadstatus AS reached ON reached.id = following.status_id
    CROSS JOIN LATERAL (
        SELECT coalesce(reached.is_lost::int, 0), coalesce((NOT reached.is_lost AND reached.position > stay.position)::int, 0)
    ) AS went (lost, advanced)
"""
# Of stays that nothing follows, when no other stay of their leads changes what it counts as.
ALONE = "CROSS JOIN (SELECT 0, 0, 0, 0, 0, 0) AS went (lost, advanced, first_moves, last_moves, first_of_kind, last_of_kind)"
MEASURES = """stays ended ended_us since_us late lost timed before_hours single single_ended single_beyond_24
single_beyond_48 single_advanced single_lost first_moves last_moves first_of_kind last_of_kind""".split()  # noqa: SIM905
DIMENSIONS = "day, user_id, pipeline_id, previous_status_id, status_id"
TYPES = {"ended_us": "bigint", "since_us": "bigint", "before_hours": "numeric"}
FUNCTION = """
CREATE FUNCTION crm_entryfacts(of_entity bigint) RETURNS TABLE (
    entity_id bigint, day date, user_id bigint, pipeline_id text, previous_status_id bigint, status_id bigint, {typed}
) LANGUAGE sql STABLE ROWS 1000000 AS $$
    SELECT entity_id, {dimensions}, {measures} FROM ({facts}) AS fact
$$;
"""
INSERT = """
    WITH {sides}
    INSERT INTO crm_entryrollup (entity_id, grain, {dimensions}, {measures})
    SELECT entity_id, 0, {dimensions}, {sums} FROM ({facts}) AS fact
    GROUP BY entity_id, {dimensions} HAVING {differ};
"""
# The leads' stays after the statement and, without a join that a bulk change would make expensive, before it.
AFTER = "after AS MATERIALIZED (SELECT {columns} FROM crm_stageentry WHERE lead_id = ANY (ARRAY({touched})))"
BEFORE = {
    "insert": "SELECT {columns} FROM after EXCEPT SELECT {columns} FROM added",
    "update": "(SELECT {columns} FROM after EXCEPT SELECT {columns} FROM added) UNION ALL SELECT {columns} FROM removed",
    "delete": "SELECT {columns} FROM after UNION ALL SELECT {columns} FROM removed",
}
BOTH = "SELECT 1 AS sign, {columns} FROM after UNION ALL SELECT -1, {columns} FROM ({before}) AS before"
TOUCHED = {
    "insert": "SELECT lead_id FROM added",
    "update": "SELECT lead_id FROM added UNION SELECT lead_id FROM removed",
    "delete": "SELECT lead_id FROM removed",
}
ALL = "(SELECT 1 AS sign, {columns} FROM crm_stageentry WHERE entity_id = of_entity)"
# When a statement's stays can be counted alone: those that come are first ones, or only end.
IS_ALONE = {
    "insert": "NOT EXISTS (SELECT FROM added WHERE previous_id IS NOT NULL)",
    "update": """NOT EXISTS (
        SELECT FROM added JOIN removed USING (id)
        WHERE (added.lead_id, added.status_id, added.previous_id, added.user_id, added.entered_at)
            IS DISTINCT FROM (removed.lead_id, removed.status_id, removed.previous_id, removed.user_id, removed.entered_at)
    ) AND NOT EXISTS (SELECT FROM crm_stageentry AS following JOIN added ON added.id = following.previous_id)""",
}
ALONE_SIDES = {
    "insert": "SELECT 1 AS sign, {columns} FROM added",
    "update": "SELECT 1 AS sign, {columns} FROM added UNION ALL SELECT -1, {columns} FROM removed",
}
EITHER = "IF {alone} THEN {inserts_alone} ELSE {inserts} END IF;"
SIDE = """{name} AS MATERIALIZED (
    SELECT {sign} AS sign, {columns} FROM crm_stageentry WHERE lead_id = ANY (ARRAY(SELECT id FROM {leads} AS turned))
)"""
STALE = """
UPDATE accounts_entity AS entity SET rollup_zone = ''
WHERE EXISTS (SELECT FROM crm_lead WHERE crm_lead.entity_id = entity.id)
"""


def facts(stays: str, leads: str, narrowed: str = "") -> str:
    """`stays`: a relation of all the stays of its leads, with a sign."""
    rows = IN_TURN.format(own=OWN.format(stays=stays))
    following = FOLLOWING.format(stays=stays)
    return FACTS.format(rows=rows, leads=leads, previous=stays, following=following, narrowed=narrowed)


def insert(sides: str, facts: str) -> str:
    return INSERT.format(
        sides=sides,
        facts=facts,
        dimensions=DIMENSIONS,
        measures=", ".join(MEASURES),
        sums=", ".join(f"sum(sign * {name})" for name in MEASURES),
        differ=" OR ".join(f"sum(sign * {name}) <> 0" for name in MEASURES),
    )


def of_stays(event: str) -> migrations.RunSQL:
    after = AFTER.format(columns=COLUMNS, touched=TOUCHED[event])
    both = BOTH.format(columns=COLUMNS, before=BEFORE[event].format(columns=COLUMNS))
    inserts = insert(f"{after}, sides AS MATERIALIZED ({both})", facts("sides", "crm_lead"))
    if event in IS_ALONE:
        inserts = EITHER.format(alone=IS_ALONE[event], inserts_alone=alone(event), inserts=inserts)
    return work.trigger("crm_stageentry", f"rollup_entry_{event}", event, inserts)


def alone(event: str) -> str:
    sides = f"sides AS MATERIALIZED ({ALONE_SIDES[event].format(columns=COLUMNS)})"
    rows = OWN.format(stays="sides")
    text = FACTS.format(rows=rows, leads="crm_lead", previous="crm_stageentry", following=ALONE, narrowed="")
    return insert(sides, text)


def of_leads(*sides: tuple) -> str:
    """`sides`: (sign, name, leads) of the leads that come or go with all their stays."""
    named = [SIDE.format(sign=sign, name=name, leads=leads, columns=COLUMNS) for sign, name, leads in sides]
    added = [facts(name, leads) for _sign, name, leads in sides]
    return insert(", ".join(named), " UNION ALL ".join(added))


def with_work(event: str, sides: list[tuple], unless: str = "") -> migrations.RunSQL:
    """The leads' trigger of the other rollups of work, with this one."""
    before = work.of_leads(event, [(sign, leads) for sign, _name, leads in sides], unless)
    bare = before.sql[: before.sql.index("CREATE TRIGGER")].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    end = "    RETURN NULL;\nEND $$;"
    head, tail = bare.rsplit(end, 1)
    return migrations.RunSQL(head + of_leads(*sides) + end + tail, bare)


def function() -> migrations.RunSQL:
    text = facts(ALL.format(columns=COLUMNS), "crm_lead", "AND lead.entity_id = of_entity")
    typed = ", ".join(f"{name} {TYPES.get(name, 'int')}" for name in MEASURES)
    sql = FUNCTION.format(typed=typed, dimensions=DIMENSIONS, measures=", ".join(MEASURES), facts=text)
    return migrations.RunSQL(sql, "DROP FUNCTION crm_entryfacts(bigint)")


class Migration(migrations.Migration):
    """The triggers that keep crm_entryrollup, on stays and on the leads these belong to."""

    dependencies = [("crm", "0031_entry_rollup")]
    operations = [
        function(),
        *[of_stays(event) for event in work.REFERENCING],
        with_work("update", [(1, "came", work.CAME), (-1, "went", work.WENT)], work.NOBODY_TURNED),
        with_work("delete", [(-1, "went", "removed")]),
        # Built by the worker, with those that were there before.
        migrations.RunSQL(STALE, migrations.RunSQL.noop),
    ]
