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
    first_name = serializers.CharField()
    last_name = serializers.CharField()
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
