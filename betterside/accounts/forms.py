"""The login, reset and password forms of panel and admin: they ask the same services as the API."""

from django import forms
from django.contrib.auth import forms as auth_forms
from unfold.widgets import INPUT_CLASSES

from betterside.api.addresses import client_address
from betterside.errors import DomainError

from . import addresses
from .services import credentials, passwords


class LoginForm(auth_forms.AuthenticationForm):
    username = forms.CharField(
        label="E-mail or username",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )

    def clean(self):
        login, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if login and password:
            address = client_address(self.request)
            try:
                self.user_cache = credentials.check(
                    login=login, password=password, address=address, request=self.request
                )
            except DomainError as error:
                wait = f" Try again in {error.retry_after} s." if error.retry_after else ""
                raise forms.ValidationError(error.message + wait) from error
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


class InTheAdminsLook:
    """Gives the fields the classes of the admin's theme."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = " ".join(INPUT_CLASSES)


class AdminLoginForm(InTheAdminsLook, LoginForm):
    def confirm_login_allowed(self, user):
        super().confirm_login_allowed(user)
        if not user.is_staff:
            raise forms.ValidationError("This account may not use the admin.")


class PasswordResetForm(forms.Form):
    email = forms.EmailField(max_length=addresses.MAX_LENGTH, widget=forms.EmailInput(attrs={"autocomplete": "email"}))

    def clean_email(self):
        try:
            return addresses.normalise(self.cleaned_data["email"])
        except DomainError as error:
            raise forms.ValidationError(error.message) from error


class SetPasswordForm(auth_forms.SetPasswordForm):
    """Ends every login that the old password opened."""

    def save(self, commit=True):
        passwords.change(user=self.user, password=self.cleaned_data["new_password1"])
        return self.user


class MailedPasswordForm(SetPasswordForm):
    """Behind a link that was mailed, which proves the address too."""

    def save(self, commit=True):
        passwords.change_by_mail(user=self.user, password=self.cleaned_data["new_password1"])
        return self.user


class PasswordChangeForm(SetPasswordForm, auth_forms.PasswordChangeForm):
    pass


class AdminPasswordChangeForm(InTheAdminsLook, PasswordChangeForm):
    """One's own password, in the admin."""


class AdminSetPasswordForm(InTheAdminsLook, auth_forms.AdminPasswordChangeForm):
    """Somebody else's password, set by staff."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Without a password nobody signs in here at all: deactivating says that better.
        self.fields.pop("usable_password", None)
        self.fields["password1"].required = self.fields["password2"].required = True

    def save(self, commit=True):
        passwords.change(user=self.user, password=self.cleaned_data["password1"])
        return self.user
