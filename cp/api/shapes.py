"""How the channel face writes things (channel.md, "Tables")."""

from rest_framework import serializers

from betterside.api.shapes import Shape


class LeadShape(Shape):
    id = serializers.IntegerField()
    cp_id = serializers.IntegerField(source="assigned_user_id", allow_null=True)
    project_id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField(source="full_name")
    phone = serializers.CharField()
    email = serializers.EmailField(allow_null=True)
    source = serializers.CharField(allow_null=True)
    status = serializers.CharField(source="status.name")
    notes = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ProjectShape(Shape):
    id = serializers.IntegerField()
    developer_id = serializers.IntegerField()
    title = serializers.CharField()
    city = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ProfileShape(Shape):
    id = serializers.IntegerField()
    user_id = serializers.IntegerField()
    full_name = serializers.CharField(allow_null=True)
    company_name = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    city = serializers.CharField(allow_null=True)
    extra_json = serializers.DictField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class MetaShape(serializers.Serializer):
    page = serializers.IntegerField()
    limit = serializers.IntegerField()
    total = serializers.IntegerField()
