from django import forms
from django.contrib import admin
from unfold.widgets import UnfoldAdminPasswordWidget

from betterside.staff.admins import StaffAdmin

from ..models import AdAccount


class SecretForm(forms.ModelForm):
    """A form that never shows a token that is stored: left empty, it stays as it is."""

    SECRETS = ("access_token",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.SECRETS:
            if name in self.fields:
                self.fields[name].widget = UnfoldAdminPasswordWidget(render_value=False)
                self.fields[name].required = False
                is_set = bool(getattr(self.instance, name, ""))
                self.fields[name].help_text = "Stored. Type a new one to replace it." if is_set else "Not set."

    def clean(self):
        data = super().clean()
        for name in self.SECRETS:
            if name in self.fields and not data.get(name):
                data[name] = getattr(self.instance, name, "")
        return data


@admin.register(AdAccount)
class AdAccountAdmin(StaffAdmin):
    form = SecretForm
    list_display = ["account_id", "name", "entity", "currency", "synced_at", "needs_reconnect", "trouble", "is_active"]
    list_filter = ["needs_reconnect", "is_active"]
    list_select_related = ["entity"]
    search_fields = ["account_id", "name"]
    autocomplete_fields = ["entity"]
    readonly_fields = ["synced_at", "trouble", "paused_until", "needs_reconnect"]

    def save_model(self, request, obj, form, change):
        """A new token is a new chance."""
        if "access_token" in form.changed_data:
            obj.needs_reconnect, obj.paused_until, obj.trouble = False, None, ""
        super().save_model(request, obj, form, change)
