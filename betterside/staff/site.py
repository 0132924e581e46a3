"""The site at /admin: staff only, one login limiter with the other doors, refusals as messages."""

import functools

from django.contrib import messages
from django.contrib.auth.views import PasswordChangeView
from django.shortcuts import redirect
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

from betterside.accounts.forms import AdminPasswordChangeForm
from betterside.errors import DomainError

from . import home


class StaffSite(UnfoldAdminSite):
    index_title = "What waits"
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin"):
        super().__init__(name)
        # Rows leave the lists through services, one by one (trust, case 29).
        self.disable_action("delete_selected")

    def admin_view(self, view, cacheable=False):
        return super().admin_view(refusals_as_messages(view), cacheable)

    def index(self, request, extra_context=None):
        return super().index(request, {"panels": home.panels(request), **(extra_context or {})})

    def password_change(self, request, extra_context=None):
        """As Django's, with the form that ends every login which the old password opened."""
        request.current_app = self.name
        return PasswordChangeView.as_view(
            form_class=AdminPasswordChangeForm,
            success_url=reverse("admin:password_change_done", current_app=self.name),
            template_name="registration/password_change_form.html",
            extra_context={**self.each_context(request), **(extra_context or {})},
        )(request)


def refusals_as_messages(view):
    """What a service refuses on the way to a page is said on the page before, not as an error 500."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except DomainError as refusal:
            messages.error(request, refusal.message)
            # A refused GET would be refused again.
            return redirect(request.get_full_path() if request.method == "POST" else "admin:index")

    return guarded
