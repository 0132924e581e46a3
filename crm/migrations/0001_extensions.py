from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Search by part of a name within one entity: trigrams, and the entity's id in the same index."""

    dependencies = []
    operations = [TrigramExtension(), BtreeGinExtension()]
