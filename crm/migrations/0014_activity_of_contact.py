import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Nothing here reads the table: a column without values, and a rule for rows to come. 0015 looks at the others."""

    dependencies = [("crm", "0013_contacts")]

    operations = [
        migrations.AddField(
            model_name="activity",
            name="contact",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="activities",
                to="crm.contact",
            ),
        ),
        AddConstraintNotValid(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=Q(("contact", None), ("lead__isnull", False)) | Q(("contact__isnull", False), ("lead", None)),
                name="activity_of_lead_or_contact",
            ),
        ),
    ]
