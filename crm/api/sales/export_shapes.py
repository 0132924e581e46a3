"""What /api/analytics/export answers (sales.md, "Data Export")."""

from rest_framework import serializers

from betterside.api.shapes import Shape

from .shapes import PersonShape


class ExportShape(Shape):
    """Never the link: only who asked got it, once. Why one failed is for staff, in the admin."""

    id = serializers.IntegerField()
    report_type = serializers.CharField()
    format = serializers.CharField()
    filters = serializers.DictField()
    state = serializers.ChoiceField(["waiting", "running", "ready", "failed", "expired"])
    percent = serializers.IntegerField()
    rows = serializers.IntegerField(source="rows_done")
    size = serializers.IntegerField(allow_null=True, help_text="Bytes")
    requested_by = PersonShape(source="user")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()
    downloads = serializers.IntegerField()


class AskedShape(serializers.Serializer):
    download_url = serializers.CharField(help_text="409 until the state is ready; 404 after it expired.")
    expires_at = serializers.DateTimeField()
    id = serializers.IntegerField()
    state = serializers.ChoiceField(["waiting", "ready"])
    percent = serializers.IntegerField()
    state_url = serializers.CharField()
