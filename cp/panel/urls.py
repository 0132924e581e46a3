from django.urls import path

from .views import ads_report, lead, leads, lists, marketing, notifications, pages, run_ads

app_name = "panel"

urlpatterns = [
    path("", pages.DashboardView.as_view(), name="dashboard"),
    path("leads", leads.LeadsView.as_view(), name="leads"),
    path("leads/new", leads.LeadCreateView.as_view(), name="lead_create"),
    path("leads/known", leads.KnownPhoneView.as_view(), name="lead_known"),
    path("leads/status", lists.BulkStatusView.as_view(), name="leads_status"),
    path("leads/export", lists.ExportView.as_view(), name="leads_export"),
    path("leads/print", lists.PrintView.as_view(), name="leads_print"),
    path("leads/<int:pk>", lead.LeadView.as_view(), name="lead"),
    path("leads/<int:pk>/edit", lead.EditView.as_view(), name="lead_edit"),
    path("leads/<int:pk>/status", lead.StatusView.as_view(), name="lead_status"),
    path("leads/<int:pk>/activities", lead.ActivityView.as_view(), name="lead_activities"),
    path("leads/<int:pk>/follow-up", lead.FollowUpView.as_view(), name="lead_follow_up"),
    path("leads/<int:pk>/follow-up/done", lead.FollowUpDoneView.as_view(), name="lead_follow_up_done"),
    path("leads/<int:pk>/delete", lead.DeleteView.as_view(), name="lead_delete"),
    path("run-ads", run_ads.RunAdsView.as_view(), name="run_ads"),
    path("run-ads/<int:pk>/notes", run_ads.NotesView.as_view(), name="ads_notes"),
    path("run-ads/<int:pk>/cancel", run_ads.CancelView.as_view(), name="ads_cancel"),
    path("run-ads/<int:pk>/report", ads_report.ReportView.as_view(), name="ads_report"),
    path("run-ads/<int:pk>/days.csv", ads_report.DaysView.as_view(), name="ads_days"),
    path("marketing-support", marketing.MarketingView.as_view(), name="marketing"),
    path("notifications", notifications.ListView.as_view(), name="notifications"),
    path("notifications/bell", notifications.BellView.as_view(), name="bell"),
    path("notifications/read", notifications.ReadAllView.as_view(), name="notifications_read"),
    path("notifications/<int:pk>/read", notifications.ReadView.as_view(), name="notification_read"),
    path("profile/notifications", notifications.ChoicesView.as_view(), name="notification_choices"),
    path("profile", pages.ProfileView.as_view(), name="profile"),
]
