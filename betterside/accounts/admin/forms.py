"""The two forms of a user in the admin: a new account and a known one."""

from django import forms
from django.contrib.auth import forms as auth_forms
from unfold.forms import UserCreationForm

from ..models import User


class UniqueLogin:
    """E-mail and username without regard to case, as the database holds them."""

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        self._refuse_taken("email", email)
        return email

    def clean_username(self):
        self._refuse_taken("username", self.cleaned_data["username"])
        return self.cleaned_data["username"]

    def _refuse_taken(self, field: str, value: str) -> None:
        if User.objects.filter(**{f"{field}__iexact": value}).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"Another account has this {field}.")


class NewUserForm(UniqueLogin, UserCreationForm):
    usable_password = None

    class Meta(auth_forms.BaseUserCreationForm.Meta):
        model = User
        fields = [
            "email",
            "username",
            "first_name",
            "last_name",
            "phone",
            "entity",
            "role",
            "is_verified",
            "is_approved",
        ]

    def __init__(self, *args, **kwargs):
        # Who is made by staff is known to staff.
        kwargs["initial"] = {"is_verified": True, "is_approved": True} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)


class UserForm(UniqueLogin, forms.ModelForm):
    class Meta:
        model = User
        fields = ["email", "username"]  # and what the admin's fieldsets name
