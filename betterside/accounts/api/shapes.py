"""How the sales face writes users (sales.md, "User Login")."""

from django.conf import settings
from rest_framework import serializers

from betterside.api.shapes import Shape

from ..tokens import Tokens


class EntityShape(Shape):
    id = serializers.IntegerField()
    name = serializers.CharField()


class UserShape(Shape):
    id = serializers.IntegerField()
    username = serializers.CharField()
    email = serializers.EmailField()
    first_name = serializers.CharField(allow_null=True)
    last_name = serializers.CharField(allow_null=True)
    role = serializers.CharField(source="role_name")
    entity = EntityShape()


class TokensShape(Shape):
    user = UserShape()
    access_token = serializers.CharField(source="access")
    refresh_token = serializers.CharField(source="refresh")
    expires_in = serializers.SerializerMethodField()

    @staticmethod
    def get_expires_in(tokens: Tokens) -> str:
        return settings.JWT_EXPIRES_IN


class RegisteredShape(Shape):
    user_id = serializers.IntegerField()
    username = serializers.CharField()
    email = serializers.EmailField()


class VerifiedShape(Shape):
    email = serializers.EmailField()
    is_verified = serializers.BooleanField()
    is_approved = serializers.BooleanField(help_text="Whether the account has a seat, or waits for an admin.")


class ColleagueShape(Shape):
    """What anybody with `users.read` sees of a colleague."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    first_name = serializers.CharField(allow_null=True)
    last_name = serializers.CharField(allow_null=True)
    full_name = serializers.SerializerMethodField()
    role = serializers.CharField(source="role_name")
    is_active = serializers.BooleanField()
    is_away = serializers.BooleanField()

    @staticmethod
    def get_full_name(user) -> str:
        return user.get_full_name()


class AccountShape(ColleagueShape):
    """What an admin sees; colleagues get the fields above only."""

    email = serializers.EmailField(required=False)
    phone = serializers.CharField(allow_null=True, required=False)
    entity = EntityShape(required=False)
    is_verified = serializers.BooleanField(required=False)
    is_approved = serializers.BooleanField(required=False)
    last_login = serializers.DateTimeField(allow_null=True, required=False)
    last_activity = serializers.DateTimeField(allow_null=True, required=False)
    created_at = serializers.DateTimeField(required=False)
