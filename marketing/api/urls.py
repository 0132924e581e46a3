from django.urls import path

from . import campaigns, leads, webhooks

webhook_urls = [
    path(
        "webhooks/facebook",
        webhooks.FacebookViewSet.as_view({"get": "verify", "post": "deliver"}),
        name="webhook-facebook",
    ),
    path("webhooks/website", webhooks.WebsiteViewSet.as_view({"post": "submit"}), name="webhook-website"),
]
lead = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
lead_urls = [
    path(
        "v1/marketing/leads",
        leads.LeadViewSet.as_view({"get": "list", "post": "create"}),
        name="marketing-leads",
    ),
    path("v1/marketing/leads/<str:lead_id>", leads.LeadViewSet.as_view(lead), name="marketing-lead"),
]
campaign_urls = [path("campaigns", campaigns.CampaignViewSet.as_view({"get": "list"}), name="campaigns")]
urlpatterns = webhook_urls + lead_urls + campaign_urls
