from django.db import connection, migrations

BATCH = 10_000
# What leads know of their stays, for leads that were there before their columns; entities' rollups are built later, by
# the worker.
STATEMENTS = [
    """
    UPDATE crm_lead AS lead SET status_since = stay.since, furthest_position = stay.furthest, was_late = stay.late
    FROM (
        SELECT entry.lead_id, max(entry.entered_at) FILTER (WHERE entry.exited_at IS NULL) AS since,
            coalesce(max(status.position) FILTER (WHERE NOT status.is_lost), 0) AS furthest,
            coalesce(bool_or(entry.exited_at - entry.entered_at > make_interval(hours => status.sla_hours))
                FILTER (WHERE NOT status.is_won AND NOT status.is_lost), false) AS late
        FROM crm_stageentry AS entry JOIN crm_leadstatus AS status ON status.id = entry.status_id
        WHERE entry.lead_id BETWEEN %(first)s AND %(last)s GROUP BY entry.lead_id
    ) AS stay
    WHERE stay.lead_id = lead.id AND stay.since IS NOT NULL
    """,
    """
    UPDATE crm_stageentry AS entry SET is_repeat = true
    FROM (
        SELECT lead_id, status_id FROM crm_stageentry WHERE lead_id BETWEEN %(first)s AND %(last)s
        GROUP BY lead_id, status_id HAVING count(*) > 1
    ) AS again
    WHERE again.lead_id = entry.lead_id AND again.status_id = entry.status_id
    """,
]


def fill(apps, schema_editor):
    """In batches, each of its own transaction, so that no lead is locked for long."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM crm_lead")
        lowest, highest = cursor.fetchone()
        for first in range(lowest, highest + 1, BATCH):
            for statement in STATEMENTS:
                cursor.execute(statement, {"first": first, "last": first + BATCH - 1})


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("crm", "0020_rollup_triggers")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
