from django.contrib import admin

from betterside.staff.admins import StaffAdmin

from .. import jobs
from ..models import MetaPage, WebsiteIntake
from ..services import pages
from .accounts import SecretForm


@admin.register(MetaPage)
class MetaPageAdmin(StaffAdmin):
    form = SecretForm
    list_display = ["page_id", "name", "entity", "needs_reconnect", "paused_until", "trouble", "updated_at"]
    list_filter = ["needs_reconnect"]
    list_select_related = ["entity"]
    search_fields = ["page_id", "name"]
    autocomplete_fields = ["entity"]
    readonly_fields = ["needs_reconnect", "paused_until", "trouble", "updated_at"]
    actions = ["try_again"]

    def save_model(self, request, obj, form, change):
        if "access_token" in form.changed_data and obj.access_token:
            pages.connect(obj, obj.access_token, wake=jobs.wake)
        else:
            super().save_model(request, obj, form, change)

    @admin.action(description="Ask Meta again now", permissions=["change"])
    def try_again(self, request, queryset):
        for page in queryset:
            pages.connect(page, page.access_token, wake=jobs.wake)


class IntakeForm(SecretForm):
    SECRETS = ("hmac_secret",)


@admin.register(WebsiteIntake)
class WebsiteIntakeAdmin(StaffAdmin):
    form = IntakeForm
    list_display = ["entity", "form_key", "requires_key"]
    list_select_related = ["entity"]
    autocomplete_fields = ["entity"]
    search_fields = ["entity__name", "form_key"]
