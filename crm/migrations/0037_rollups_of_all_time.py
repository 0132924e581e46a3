from django.db import migrations, models

# The worker builds the new cells, with those that were there before.
STALE = """
UPDATE accounts_entity AS entity SET rollup_zone = ''
WHERE EXISTS (SELECT FROM crm_lead WHERE crm_lead.entity_id = entity.id)
"""
CELLS_OF_ALL_TIME = """
DELETE FROM crm_leadrollup WHERE grain IN (5, 6);
DELETE FROM crm_sourcerollup WHERE grain IN (5, 6);
DELETE FROM crm_stayrollup WHERE grain IN (5, 6);
DELETE FROM crm_entryrollup WHERE grain IN (5, 6);
DELETE FROM crm_activityrollup WHERE grain IN (5, 6);
DELETE FROM crm_contactedrollup WHERE grain IN (5, 6);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0036_lead_of_project"),
    ]

    operations = [
        migrations.AlterField(
            model_name="activityrollup",
            name="grain",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (0, "Change"),
                    (1, "Day"),
                    (2, "Month"),
                    (3, "Owner Day"),
                    (4, "Owner Month"),
                    (5, "Ever"),
                    (6, "Owner Ever"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="contactedrollup",
            name="grain",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (0, "Change"),
                    (1, "Day"),
                    (2, "Month"),
                    (3, "Owner Day"),
                    (4, "Owner Month"),
                    (5, "Ever"),
                    (6, "Owner Ever"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="entryrollup",
            name="grain",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (0, "Change"),
                    (1, "Day"),
                    (2, "Month"),
                    (3, "Owner Day"),
                    (4, "Owner Month"),
                    (5, "Ever"),
                    (6, "Owner Ever"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="leadrollup",
            name="grain",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (0, "Change"),
                    (1, "Day"),
                    (2, "Month"),
                    (3, "Owner Day"),
                    (4, "Owner Month"),
                    (5, "Ever"),
                    (6, "Owner Ever"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="sourcerollup",
            name="grain",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (0, "Change"),
                    (1, "Day"),
                    (2, "Month"),
                    (3, "Owner Day"),
                    (4, "Owner Month"),
                    (5, "Ever"),
                    (6, "Owner Ever"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="stayrollup",
            name="grain",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (0, "Change"),
                    (1, "Day"),
                    (2, "Month"),
                    (3, "Owner Day"),
                    (4, "Owner Month"),
                    (5, "Ever"),
                    (6, "Owner Ever"),
                ]
            ),
        ),
        migrations.RunSQL(STALE, CELLS_OF_ALL_TIME),
    ]
