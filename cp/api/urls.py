from django.urls import path

from . import views

lead = {"get": "retrieve", "put": "update", "patch": "update", "delete": "destroy"}

urlpatterns = [
    path("leads", views.LeadViewSet.as_view({"get": "list", "post": "create"}), name="cp-leads"),
    path("leads/<int:lead_id>", views.LeadViewSet.as_view(lead), name="cp-lead"),
    path("projects", views.ProjectViewSet.as_view({"get": "list"}), name="cp-projects"),
    path("profile", views.ProfileViewSet.as_view({"get": "retrieve", "put": "update"}), name="cp-profile"),
]
