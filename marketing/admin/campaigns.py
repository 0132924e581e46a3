from django.contrib import admin
from django.db.models import Sum
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from betterside.staff.admins import HistoryInline, StaffAdmin

from ..models import Campaign, CampaignDay

# Read from the campaign's ad account by each sync (marketing.services.campaigns).
META_SAYS = ["name", "meta_id", "objective", "status", "currency", "budget", "budget_period"]


class CampaignDayInline(HistoryInline):
    model = CampaignDay
    fields = ["date", "spend", "currency", "impressions", "clicks", "link_clicks", "leads", "revenue"]
    readonly_fields = fields
    ordering = ["-date"]


@admin.register(Campaign)
class CampaignAdmin(StaffAdmin):
    """Linking a campaign to an ads request sends the leads it brings to that CP and project."""

    list_display = ["name", "entity", "meta_id", "status", "ads_request", "spent", "leads_by_meta", "created_at"]
    list_filter = [("entity", AutocompleteSelectFilter), "status"]
    list_select_related = ["entity", "ads_request"]
    search_fields = ["name", "meta_id"]
    ordering = ["-id"]
    autocomplete_fields = ["entity", "account"]
    raw_id_fields = ["ads_request"]
    inlines = [CampaignDayInline]
    fields = [
        "entity",
        "name",
        "meta_id",
        "account",
        "ads_request",
        "objective",
        "status",
        "currency",
        "budget",
        "budget_period",
        "public_id",
        "created_at",
        "updated_at",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(total_spend=Sum("days__spend"), total_leads=Sum("days__leads"))

    def get_readonly_fields(self, request, obj=None):
        """A campaign keeps its entity: its leads are of that one. What Meta says is Meta's to change."""
        known = ["entity"] if obj else []
        metas = META_SAYS if obj and obj.account_id else []
        return [*known, *metas, "public_id", "created_at", "updated_at"]

    @admin.display(description="Spend")
    def spent(self, campaign):
        return f"{campaign.total_spend or 0} {campaign.currency}"

    @admin.display(description="Leads by Meta")
    def leads_by_meta(self, campaign):
        return campaign.total_leads or 0
