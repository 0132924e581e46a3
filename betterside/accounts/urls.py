from django.contrib import messages
from django.contrib.auth import views as auth
from django.http import HttpResponseRedirect
from django.urls import path
from django.utils.functional import cached_property
from django.views.generic import FormView

from betterside.api.addresses import client_address
from betterside.errors import DomainError

from . import forms
from .services import invitations, passwords
from .services.reset_links import links


class PasswordResetView(auth.PasswordResetView):
    """Asks the service that the API asks: the same limits, mail and silence."""

    form_class = forms.PasswordResetForm

    def form_valid(self, form):
        try:
            passwords.forgot(email=form.cleaned_data["email"], address=client_address(self.request))
        except DomainError as error:
            form.add_error(None, error.message)
            return self.form_invalid(form)
        return HttpResponseRedirect(self.get_success_url())


class PasswordResetConfirmView(auth.PasswordResetConfirmView):
    form_class = forms.MailedPasswordForm
    token_generator = links


class InvitationView(FormView):
    """The link of an invitation: the first password, and with it the proof of the address."""

    form_class = forms.MailedPasswordForm
    template_name = "registration/invitation.html"
    success_url = "/login"

    @cached_property
    def invited(self):
        return invitations.invited(self.kwargs["token"])

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.invited}

    def get_context_data(self, **kwargs):
        return super().get_context_data(validlink=self.invited is not None, **kwargs)

    def form_valid(self, form):
        if self.invited is None:
            return self.render_to_response(self.get_context_data(form=form))
        form.save()
        messages.success(self.request, "Your password is set. Sign in with it.")
        return super().form_valid(form)


class PasswordChangeView(auth.PasswordChangeView):
    """The panel's own page; the admin has another of the default template's name."""

    form_class = forms.PasswordChangeForm
    template_name = "panel/password_change.html"
    success_url = "/profile"

    def form_valid(self, form):
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)


urlpatterns = [
    path(
        "login",
        auth.LoginView.as_view(authentication_form=forms.LoginForm, redirect_authenticated_user=True),
        name="login",
    ),
    path("logout", auth.LogoutView.as_view(), name="logout"),
    path("password/reset", PasswordResetView.as_view(), name="password_reset"),
    path("password/reset/sent", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path(
        "password/reset/<uidb64>/<token>",
        PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path("password/reset/done", auth.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path("invitation/<str:token>", InvitationView.as_view(), name="invitation"),
    path("password/change", PasswordChangeView.as_view(), name="password_change"),
]
