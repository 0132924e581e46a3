from django.urls import path

from .views import leads, marketing, pages, run_ads

app_name = "panel"

urlpatterns = [
    path("", pages.DashboardView.as_view(), name="dashboard"),
    path("leads", leads.LeadsView.as_view(), name="leads"),
    path("leads/new", leads.LeadCreateView.as_view(), name="lead_create"),
    path("leads/<int:pk>", leads.LeadView.as_view(), name="lead"),
    path("leads/<int:pk>/status", leads.LeadStatusView.as_view(), name="lead_status"),
    path("run-ads", run_ads.RunAdsView.as_view(), name="run_ads"),
    path("run-ads/<int:pk>/notes", run_ads.NotesView.as_view(), name="ads_notes"),
    path("run-ads/<int:pk>/cancel", run_ads.CancelView.as_view(), name="ads_cancel"),
    path("marketing-support", marketing.MarketingView.as_view(), name="marketing"),
    path("profile", pages.ProfileView.as_view(), name="profile"),
]
