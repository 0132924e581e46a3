from django.urls import path

from .settings import SettingsViewSet

settings = [
    path("settings/config", SettingsViewSet.as_view({"get": "config"}), name="settings-config"),
    path(
        "settings/regenerate-key",
        SettingsViewSet.as_view({"post": "regenerate"}),
        name="settings-regenerate-key",
    ),
    path("settings/api-key", SettingsViewSet.as_view({"delete": "revoke"}), name="settings-api-key"),
]

urlpatterns = [*settings]
