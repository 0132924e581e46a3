from django.urls import path

from .contacts import ContactViewSet
from .dashboard import DashboardViewSet
from .leads import LeadViewSet
from .settings import SettingsViewSet
from .tasks import TaskViewSet

dashboard = [
    path("dashboard/stats", DashboardViewSet.as_view({"get": "stats"}), name="dashboard-stats"),
    path("dashboard/charts/revenue", DashboardViewSet.as_view({"get": "revenue"}), name="dashboard-revenue"),
    path("dashboard/charts/sources", DashboardViewSet.as_view({"get": "sources"}), name="dashboard-sources"),
]

# The rest of /api/leads is shared with the sales face, which lists it: crm.api.profiles.
leads = [
    path("leads/<str:ref>/activity", LeadViewSet.as_view({"get": "activity", "post": "log"}), name="lead-activity"),
    path("leads/<str:ref>/convert", LeadViewSet.as_view({"post": "convert"}), name="lead-convert"),
]

contact = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
contacts = [
    path("contacts", ContactViewSet.as_view({"get": "list", "post": "create"}), name="contacts"),
    path("contacts/<str:public_id>", ContactViewSet.as_view(contact), name="contact"),
    path(
        "contacts/<str:public_id>/history",
        ContactViewSet.as_view({"get": "history", "post": "log"}),
        name="contact-history",
    ),
]

tasks = [
    path("tasks", TaskViewSet.as_view({"get": "list", "post": "create"}), name="tasks"),
    path(
        "tasks/<str:public_id>",
        TaskViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="task",
    ),
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

urlpatterns = [*dashboard, *leads, *contacts, *tasks, *settings]
