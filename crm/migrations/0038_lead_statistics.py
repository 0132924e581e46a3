from django.db import migrations

CREATE = """
CREATE STATISTICS lead_belongs (dependencies) ON entity_id, pipeline_id, status_id, assigned_user_id FROM crm_lead
"""


class Migration(migrations.Migration):
    """An owner says the entity, a status the pipeline. Without knowing that PostgreSQL expects a CP's list to be a hundred
    times shorter than it is, and sorts all of it for the first twenty.

    ANALYZE reads a sample, however large the table is, and lets everybody work on.
    """

    dependencies = [("crm", "0037_rollups_of_all_time")]
    operations = [
        migrations.RunSQL(CREATE, "DROP STATISTICS lead_belongs"),
        migrations.RunSQL("ANALYZE crm_lead", migrations.RunSQL.noop),
    ]
