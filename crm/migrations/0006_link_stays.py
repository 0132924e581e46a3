from django.db import migrations


class Migration(migrations.Migration):
    """Stays that were recorded before `previous` existed are linked in the order they were entered."""

    dependencies = [("crm", "0005_history_links")]
    operations = [
        migrations.RunSQL(
            """
            UPDATE crm_stageentry AS stay SET previous_id = before.id
            FROM (
                SELECT id AS stay_id, lag(id) OVER (PARTITION BY lead_id ORDER BY entered_at, id) AS id
                FROM crm_stageentry
            ) AS before
            WHERE before.stay_id = stay.id AND before.id IS NOT NULL
            """,
            migrations.RunSQL.noop,
        )
    ]
