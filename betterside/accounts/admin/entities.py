from django.contrib import admin

from betterside.realtime import events
from betterside.staff.admins import StaffAdmin

from ..models import Entity


@admin.register(Entity)
class EntityAdmin(StaffAdmin):
    list_display = ["name", "slug", "main_pipeline", "api_profile", "timezone", "email_domain", "is_active"]
    list_filter = ["is_active", "main_pipeline", "api_profile"]
    search_fields = ["name", "slug", "email_domain"]
    readonly_fields = ["created_at", "updated_at"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "is_active"]}),
        ("Faces", {"fields": ["main_pipeline", "api_profile", "timezone", "default_region"]}),
        ("People", {"fields": ["email_domain"]}),
        ("Leads", {"fields": ["assignment_strategy", "max_leads_per_user", "duplicate_policy"]}),
        ("Times", {"fields": ["created_at", "updated_at"]}),
    ]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        events.doubt(entity_id=obj.pk)
