from django.urls import path

from .views import leads, pages

app_name = "panel"

urlpatterns = [
    path("", pages.DashboardView.as_view(), name="dashboard"),
    path("leads", leads.LeadsView.as_view(), name="leads"),
    path("leads/new", leads.LeadCreateView.as_view(), name="lead_create"),
    path("leads/<int:pk>", leads.LeadView.as_view(), name="lead"),
    path("leads/<int:pk>/status", leads.LeadStatusView.as_view(), name="lead_status"),
    path("run-ads", pages.RunAdsView.as_view(), name="run_ads"),
    path("marketing-support", pages.MarketingView.as_view(), name="marketing"),
    path("profile", pages.ProfileView.as_view(), name="profile"),
]
