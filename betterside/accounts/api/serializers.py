"""What the auth endpoints take (sales.md, "Authentication Endpoints")."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from betterside.errors import DomainError

from ..addresses import MAX_LENGTH, normalise


@extend_schema_field(OpenApiTypes.EMAIL)
class AddressField(serializers.CharField):
    """An e-mail address, in the one form under which accounts are kept."""

    def __init__(self, **kwargs):
        super().__init__(max_length=MAX_LENGTH, **kwargs)

    def to_internal_value(self, data):
        try:
            return normalise(super().to_internal_value(data))
        except DomainError as error:
            raise serializers.ValidationError(error.message) from error


class PasswordField(serializers.CharField):
    def __init__(self, **kwargs):
        super().__init__(max_length=4096, trim_whitespace=False, **kwargs)


class CodeField(serializers.RegexField):
    def __init__(self, **kwargs):
        super().__init__(r"^[0-9]{6}\Z", error_messages={"invalid": "The code has six digits."}, **kwargs)


class EmailBody(serializers.Serializer):
    email = AddressField()


class VerifyBody(EmailBody):
    otp = CodeField()


class ResetBody(VerifyBody):
    password = PasswordField()


class UsernameField(serializers.RegexField):
    """Letters, digits, dot, hyphen, underscore: no two that look alike, and none that is an e-mail address."""

    def __init__(self, **kwargs):
        message = "Use 3 to 50 letters, digits, dots, hyphens and underscores; begin with a letter or digit."
        super().__init__(r"^[A-Za-z0-9][A-Za-z0-9._-]{2,49}\Z", error_messages={"invalid": message}, **kwargs)


class PhoneField(serializers.CharField):
    """As typed; null is taken as none."""

    def __init__(self, **kwargs):
        super().__init__(max_length=20, allow_blank=True, allow_null=True, **kwargs)

    def validate_empty_values(self, data):
        return super().validate_empty_values("" if data is None else data)


class RegisterBody(serializers.Serializer):
    username = UsernameField(
        help_text="A wish: if it is taken, the account gets it with digits behind, and the mail says so."
    )
    email = AddressField()
    password = PasswordField()
    first_name = serializers.CharField(max_length=50)
    last_name = serializers.CharField(max_length=50)
    phone = PhoneField(default="")
    entity = serializers.CharField(
        max_length=60,
        required=False,
        allow_blank=True,
        allow_null=True,
        default="",
        help_text="Slug; without one the address's domain decides.",
    )

    def validate_entity(self, slug):
        return slug or ""


class LoginBody(serializers.Serializer):
    """Takes an e-mail or a username, under either name."""

    asked_for = "email"
    email = serializers.CharField(max_length=100, required=False)
    username = serializers.CharField(max_length=100, required=False)
    password = PasswordField()

    def validate(self, data):
        data["login"] = data.get("email") or data.get("username")
        if not data["login"]:
            raise serializers.ValidationError({self.asked_for: "This field is required."})
        return data


class RefreshBody(serializers.Serializer):
    refresh_token = serializers.CharField(max_length=2000)


class LogoutBody(serializers.Serializer):
    refresh_token = serializers.CharField(max_length=2000, required=False)
