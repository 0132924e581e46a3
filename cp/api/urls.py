from django.urls import path

from . import views
from .ads_requests import AdsRequestViewSet, ResultsViewSet
from .marketing import CounterViewSet, IncrementViewSet, MarketingRequestViewSet

listed = {"get": "list", "post": "create"}
lead = {"get": "retrieve", "put": "update", "patch": "update", "delete": "destroy"}
ads_request = {"get": "retrieve", "put": "update"}

urlpatterns = [
    path("leads", views.LeadViewSet.as_view(listed), name="cp-leads"),
    path("leads/<int:lead_id>", views.LeadViewSet.as_view(lead), name="cp-lead"),
    path("ads-requests", AdsRequestViewSet.as_view(listed), name="cp-ads-requests"),
    path("ads-requests/<int:request_id>", AdsRequestViewSet.as_view(ads_request), name="cp-ads-request"),
    path(
        "ads-requests/<int:request_id>/results",
        ResultsViewSet.as_view({"get": "retrieve"}),
        name="cp-ads-request-results",
    ),
    path("marketing", CounterViewSet.as_view({"get": "retrieve"}), name="cp-marketing"),
    path("marketing/increment", IncrementViewSet.as_view({"post": "create"}), name="cp-marketing-increment"),
    path("marketing/request", MarketingRequestViewSet.as_view(listed), name="cp-marketing-request"),
    path(
        "marketing/request/<int:request_id>/file",
        MarketingRequestViewSet.as_view({"get": "file"}),
        name="cp-marketing-file",
    ),
    path("projects", views.ProjectViewSet.as_view({"get": "list"}), name="cp-projects"),
    path("profile", views.ProfileViewSet.as_view({"get": "retrieve", "put": "update"}), name="cp-profile"),
]
