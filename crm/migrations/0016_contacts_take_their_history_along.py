from django.db import migrations


class Migration(migrations.Migration):
    """The way back: without contacts their activities would belong to nothing."""

    dependencies = [("crm", "0015_activity_of_contact_checked")]
    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, "DELETE FROM crm_activity WHERE contact_id IS NOT NULL"),
    ]
