from django.urls import path

from .leads import PracticeLeadViewSet

lead = {"get": "retrieve", "put": "update", "patch": "update", "delete": "destroy"}

urlpatterns = [
    path("v1/leads", PracticeLeadViewSet.as_view({"get": "list", "post": "create"}), name="practice-leads"),
    path("v1/leads/<int:lead_id>", PracticeLeadViewSet.as_view(lead), name="practice-lead"),
]
