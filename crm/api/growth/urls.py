from django.urls import path

from .leads import LeadViewSet
from .settings import SettingsViewSet

# The rest of /api/leads is shared with the sales face, which lists it: crm.api.profiles.
leads = [
    path("leads/<str:ref>/activity", LeadViewSet.as_view({"get": "activity", "post": "log"}), name="lead-activity"),
]

settings = [
    path("settings/config", SettingsViewSet.as_view({"get": "config"}), name="settings-config"),
    path(
        "settings/regenerate-key",
        SettingsViewSet.as_view({"post": "regenerate"}),
        name="settings-regenerate-key",
    ),
    path("settings/api-key", SettingsViewSet.as_view({"delete": "revoke"}), name="settings-api-key"),
]

urlpatterns = [*leads, *settings]
