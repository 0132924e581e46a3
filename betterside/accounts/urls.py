from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.urls import path
from django.utils.functional import cached_property
from django.views.generic import FormView

from . import forms
from .services import invitations, passwords

# The link in a reset mail names the configured site, whatever Host header asked for it.
SITE = {
    "domain_override": settings.SITE_URL.split("://", 1)[1],
    "extra_email_context": {"protocol": settings.SITE_URL.split("://", 1)[0], "site_name": "BetterSide"},
}


class PasswordResetView(auth.PasswordResetView):
    form_class = forms.PasswordResetForm

    def form_valid(self, form):
        form.save(
            domain_override=SITE["domain_override"],
            use_https=SITE["extra_email_context"]["protocol"] == "https",
            from_email=settings.DEFAULT_FROM_EMAIL,
            email_template_name=self.email_template_name,
            subject_template_name=self.subject_template_name,
            request=self.request,
            extra_email_context=SITE["extra_email_context"],
        )
        return super(auth.PasswordResetView, self).form_valid(form)


class InvitationView(FormView):
    """The link of an invitation: the first password, and with it the proof of the address."""

    form_class = forms.SetPasswordForm
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
        passwords.accept_invitation(user=self.invited, password=form.cleaned_data["new_password1"])
        messages.success(self.request, "Your password is set. Sign in with it.")
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
        auth.PasswordResetConfirmView.as_view(form_class=forms.SetPasswordForm),
        name="password_reset_confirm",
    ),
    path("password/reset/done", auth.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path("invitation/<str:token>", InvitationView.as_view(), name="invitation"),
    path(
        "password/change",
        auth.PasswordChangeView.as_view(form_class=forms.PasswordChangeForm, success_url="/profile"),
        name="password_change",
    ),
]
