from django.urls import path

from . import views
from .ads_requests import AdsRequestViewSet, ResultsViewSet
from .dashboard import DashboardViewSet
from .marketing import CounterViewSet, IncrementViewSet, MarketingRequestViewSet
from .notifications import ChoiceViewSet, NotificationViewSet

listed = {"get": "list", "post": "create"}
lead = {"get": "retrieve", "put": "update", "patch": "update", "delete": "destroy"}
chosen = {"get": "retrieve", "put": "update"}
ads_request = {"get": "retrieve", "put": "update"}

urlpatterns = [
    path("leads", views.LeadViewSet.as_view(listed), name="cp-leads"),
    path("leads/duplicates", views.LeadViewSet.as_view({"get": "duplicates"}), name="cp-lead-duplicates"),
    path("leads/<int:lead_id>", views.LeadViewSet.as_view(lead), name="cp-lead"),
    path("ads-requests", AdsRequestViewSet.as_view(listed), name="cp-ads-requests"),
    path("ads-requests/<int:request_id>", AdsRequestViewSet.as_view(ads_request), name="cp-ads-request"),
    path(
        "ads-requests/<int:request_id>/results",
        ResultsViewSet.as_view({"get": "retrieve"}),
        name="cp-ads-request-results",
    ),
    path("dashboard", DashboardViewSet.as_view({"get": "retrieve"}), name="cp-dashboard"),
    path("marketing", CounterViewSet.as_view({"get": "retrieve"}), name="cp-marketing"),
    path("marketing/increment", IncrementViewSet.as_view({"post": "create"}), name="cp-marketing-increment"),
    path("marketing/request", MarketingRequestViewSet.as_view(listed), name="cp-marketing-request"),
    path(
        "marketing/request/<int:request_id>/file",
        MarketingRequestViewSet.as_view({"get": "file"}),
        name="cp-marketing-file",
    ),
    path("notifications", NotificationViewSet.as_view({"get": "list"}), name="cp-notifications"),
    path("notifications/read", NotificationViewSet.as_view({"post": "read_all"}), name="cp-notifications-read"),
    path(
        "notifications/<int:notification_id>/read",
        NotificationViewSet.as_view({"post": "read"}),
        name="cp-notification-read",
    ),
    path("notification-choices", ChoiceViewSet.as_view(chosen), name="cp-notification-choices"),
    path("projects", views.ProjectViewSet.as_view({"get": "list"}), name="cp-projects"),
    path("profile", views.ProfileViewSet.as_view({"get": "retrieve", "put": "update"}), name="cp-profile"),
]
