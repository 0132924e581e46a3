from django.db import migrations

# What one row adds to its rollup, given its lead; `crm_stayfacts`, `crm_activityfacts` and the triggers are made of it.
STAYS = """
    SELECT {sign} AS sign, lead.entity_id, (lead.created_at AT TIME ZONE entity.timezone)::date AS day,
        lead.pipeline_id, stay.status_id, 1 AS stays,
        (stay.exited_at IS NOT NULL)::int AS ended,
        coalesce(lasted.us, 0) AS ended_us,
        coalesce((allowed.us < lasted.us)::int, 0) AS late,
        CASE WHEN allowed.us < lasted.us THEN lasted.us - allowed.us ELSE 0 END AS late_us,
        (stay.previous_id IS NOT NULL)::int AS changes,
        coalesce((NOT status.is_lost AND before.position > status.position)::int, 0) AS backward
    FROM {rows} AS stay
    JOIN {leads} AS lead ON lead.id = stay.lead_id
    JOIN accounts_entity AS entity ON entity.id = lead.entity_id
    JOIN crm_leadstatus AS status ON status.id = stay.status_id
    LEFT JOIN crm_stageentry AS previous ON previous.id = stay.previous_id
    LEFT JOIN crm_leadstatus AS before ON before.id = previous.status_id
    CROSS JOIN LATERAL (SELECT (extract(epoch FROM stay.exited_at - stay.entered_at) * 1000000)::bigint) AS lasted (us)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN NOT status.is_won AND NOT status.is_lost THEN status.sla_hours * 3600000000 END
    ) AS allowed (us)
    WHERE lead.deleted_at IS NULL AND NOT lead.is_test {narrowed}
"""
ACTIVITIES = """
    SELECT {sign} AS sign, lead.entity_id, (activity.created_at AT TIME ZONE entity.timezone)::date AS day,
        activity.user_id, lead.pipeline_id, activity.activity_type, activity.priority, activity.status,
        1 AS activities,
        (activity.status = 'pending' AND activity.next_follow_up_date IS NOT NULL)::int AS follow_ups
    FROM {rows} AS activity
    JOIN {leads} AS lead ON lead.id = activity.lead_id
    JOIN accounts_entity AS entity ON entity.id = lead.entity_id
    WHERE NOT activity.is_automatic AND lead.deleted_at IS NULL AND NOT lead.is_test {narrowed}
"""
# Table, rollup, facts, their function's columns, dimensions, measures.
STAY = (
    "crm_stageentry",
    "crm_stayrollup",
    STAYS,
    "crm_stayfacts",
    "entity_id bigint, day date, pipeline_id text, status_id bigint, stays int, ended int, ended_us bigint, late int, "
    "late_us bigint, changes int, backward int",
    "day, pipeline_id, status_id",
    ["stays", "ended", "ended_us", "late", "late_us", "changes", "backward"],
)
ACTIVITY = (
    "crm_activity",
    "crm_activityrollup",
    ACTIVITIES,
    "crm_activityfacts",
    "entity_id bigint, day date, user_id bigint, pipeline_id text, activity_type text, priority text, status text, "
    "activities int, follow_ups int",
    "day, user_id, pipeline_id, activity_type, priority, status",
    ["activities", "follow_ups"],
)
FUNCTION = """
CREATE FUNCTION {function}(of_entity bigint) RETURNS TABLE ({columns}) LANGUAGE sql STABLE ROWS 1000000 AS $$
    SELECT entity_id, {dimensions}, {measures} FROM ({facts}) AS fact
$$;
"""
INSERT = """
    INSERT INTO {rollup} (entity_id, grain, {dimensions}, {measures})
    SELECT entity_id, 0, {dimensions}, {sums} FROM ({facts}) AS fact
    GROUP BY entity_id, {dimensions} HAVING {differ};
"""
TRIGGER = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('crm.rollups', true) = 'off' {unless} THEN
        RETURN NULL;
    END IF;
    {inserts}
    RETURN NULL;
END $$;
CREATE TRIGGER {trigger} AFTER {event} ON {table} REFERENCING {referencing}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""
REFERENCING = {
    "insert": "NEW TABLE AS added",
    "delete": "OLD TABLE AS removed",
    "update": "OLD TABLE AS removed NEW TABLE AS added",
}
SIDES = {"insert": [(1, "added")], "delete": [(-1, "removed")], "update": [(1, "added"), (-1, "removed")]}
# Of a lead that comes, goes or is another one's: all that happened to it.
TURNED = """(SELECT {side}.* FROM {side} JOIN {other} AS other USING (id)
    WHERE ({side}.created_at, {side}.pipeline_id, {side}.deleted_at IS NULL, {side}.is_test, {side}.entity_id)
    IS DISTINCT FROM (other.created_at, other.pipeline_id, other.deleted_at IS NULL, other.is_test, other.entity_id))"""
NOBODY_TURNED = "OR NOT EXISTS (SELECT FROM {} AS turned)".format(TURNED.format(side="added", other="removed"))
STALE = """
UPDATE accounts_entity AS entity SET rollup_zone = ''
WHERE EXISTS (SELECT FROM crm_lead WHERE crm_lead.entity_id = entity.id)
"""


def insert(kind: tuple, sides: list[tuple]) -> str:
    """`sides`: (sign, rows, leads) of each relation whose facts come or go."""
    _table, rollup, facts, _function, _columns, dimensions, measures = kind
    parts = [facts.format(sign=sign, rows=rows, leads=leads, narrowed="") for sign, rows, leads in sides]
    return INSERT.format(
        rollup=rollup,
        dimensions=dimensions,
        measures=", ".join(measures),
        facts=" UNION ALL ".join(parts),
        sums=", ".join(f"sum(sign * {name})" for name in measures),
        differ=" OR ".join(f"sum(sign * {name}) <> 0" for name in measures),
    )


def trigger(table: str, trigger: str, event: str, inserts: str, unless: str = "") -> migrations.RunSQL:
    name = f"{table}_{trigger}"
    sql = TRIGGER.format(
        name=name,
        table=table,
        trigger=trigger,
        event=event,
        inserts=inserts,
        unless=unless,
        referencing=REFERENCING[event],
    )
    return migrations.RunSQL(sql, f"DROP TRIGGER {trigger} ON {table}; DROP FUNCTION {name}();")


def function(kind: tuple) -> migrations.RunSQL:
    table, _rollup, facts, name, columns, dimensions, measures = kind
    row = "stay" if table == "crm_stageentry" else "activity"
    narrowed = f"AND lead.entity_id = of_entity AND {row}.entity_id = of_entity"
    text = facts.format(sign=1, rows=table, leads="crm_lead", narrowed=narrowed)
    sql = FUNCTION.format(
        function=name, columns=columns, dimensions=dimensions, measures=", ".join(measures), facts=text
    )
    return migrations.RunSQL(sql, f"DROP FUNCTION {name}(bigint)")


def of_rows(kind: tuple, event: str) -> migrations.RunSQL:
    sides = [(sign, rows, "crm_lead") for sign, rows in SIDES[event]]
    return trigger(kind[0], f"rollup_{event}", event, insert(kind, sides))


def of_leads(event: str, sides: list[tuple], unless: str = "") -> migrations.RunSQL:
    both = [insert(kind, [(sign, kind[0], leads) for sign, leads in sides]) for kind in (STAY, ACTIVITY)]
    return trigger("crm_lead", f"rollup_work_{event}", event, "".join(both), unless)


CAME, WENT = TURNED.format(side="added", other="removed"), TURNED.format(side="removed", other="added")


class Migration(migrations.Migration):
    """The triggers that keep crm_stayrollup and crm_activityrollup, on their rows and on the leads these belong to."""

    dependencies = [("crm", "0024_work_rollups")]
    operations = [
        *[function(kind) for kind in (STAY, ACTIVITY)],
        *[of_rows(kind, event) for kind in (STAY, ACTIVITY) for event in REFERENCING],
        of_leads("update", [(1, CAME), (-1, WENT)], NOBODY_TURNED),
        of_leads("delete", [(-1, "removed")]),
        # They are built by the worker, with those that were there before.
        migrations.RunSQL(STALE, migrations.RunSQL.noop),
    ]
