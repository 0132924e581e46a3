from django.db import migrations


class Migration(migrations.Migration):
    """A lead's status belongs to the lead's pipeline: a composite foreign key, which Django cannot declare."""

    dependencies = [("crm", "0003_pipelines")]
    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE crm_lead ADD CONSTRAINT lead_status_of_own_pipeline
            FOREIGN KEY (pipeline_id, status_id) REFERENCES crm_leadstatus (pipeline_id, id)
            DEFERRABLE INITIALLY DEFERRED
            """,
            "ALTER TABLE crm_lead DROP CONSTRAINT lead_status_of_own_pipeline",
        )
    ]
