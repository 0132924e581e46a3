from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import OuterRef, Subquery, Sum
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from betterside import days
from betterside.staff.admins import HistoryInline, StaffAdmin

from .. import spending
from ..models import Campaign, CampaignDay
from . import charts

# Read from the campaign's ad account by each sync (marketing.services.campaigns).
META_SAYS = ["name", "meta_id", "objective", "status", "currency", "budget", "budget_period"]


SHOWN_DAYS = 30


def total(name: str) -> Subquery:
    """Not a join: the list is also counted, and its totals ask for the ids alone."""
    rows = CampaignDay.objects.filter(campaign=OuterRef("pk"), currency=OuterRef("currency")).order_by()
    return Subquery(rows.values("campaign").annotate(total=Sum(name)).values("total"))


def figures(campaigns, zone) -> dict:
    """Context of the template spending.html: by currency, for the last 30 days."""
    found = spending.of(campaigns, last=days.today(zone), length=SHOWN_DAYS, zone=zone)
    return {"spending": [(one, charts.of(one)) for one in found], "spending_days": SHOWN_DAYS}


class CampaignDayInline(HistoryInline):
    model = CampaignDay
    fields = ["date", "spend", "currency", "impressions", "clicks", "link_clicks", "leads", "revenue"]
    readonly_fields = fields
    ordering = ["-date"]


@admin.register(Campaign)
class CampaignAdmin(StaffAdmin):
    """Linking a campaign to an ads request sends the leads it brings to that CP and project."""

    list_display = ["name", "entity", "meta_id", "status", "ads_request", "spent", "leads_by_meta", "spend_as_of"]
    list_filter = [("entity", AutocompleteSelectFilter), "status"]
    list_select_related = ["entity", "ads_request", "account"]
    search_fields = ["name", "meta_id"]
    ordering = ["-id"]
    autocomplete_fields = ["entity", "account"]
    raw_id_fields = ["ads_request"]
    inlines = [CampaignDayInline]
    list_before_template = "admin/marketing/campaign/spending.html"
    change_form_outer_before_template = "admin/marketing/campaign/spending.html"
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
        "spend_as_of",
        "public_id",
        "created_at",
        "updated_at",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(total_spend=total("spend"), total_leads=total("leads"))

    def changelist_view(self, request, extra_context=None):
        """Above the list stands what its campaigns spent and brought, filters and search considered."""
        answer = super().changelist_view(request, extra_context)
        if changelist := getattr(answer, "context_data", {}).get("cl"):
            answer.context_data |= figures(changelist.queryset, timezone.get_current_timezone())
        return answer

    def change_view(self, request, object_id, form_url="", extra_context=None):
        campaign = self.get_object(request, unquote(object_id))
        shown = figures(Campaign.objects.filter(pk=campaign.pk), campaign.entity.zone) if campaign else {}
        return super().change_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def get_readonly_fields(self, request, obj=None):
        """A campaign keeps its entity: its leads are of that one. What Meta says is Meta's to change."""
        known = ["entity"] if obj else []
        metas = META_SAYS if obj and obj.account_id else []
        return [*known, *metas, "spend_as_of", "public_id", "created_at", "updated_at"]

    @admin.display(description="Spend as of", ordering="account__synced_at")
    def spend_as_of(self, campaign):
        return campaign.account and campaign.account.synced_at

    @admin.display(description="Spend")
    def spent(self, campaign):
        return f"{campaign.total_spend or 0} {campaign.currency}"

    @admin.display(description="Leads by Meta")
    def leads_by_meta(self, campaign):
        return campaign.total_leads or 0
