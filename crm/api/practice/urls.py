from django.urls import path

from .dashboard import DashboardViewSet
from .distribution import DistributionViewSet
from .leads import PracticeLeadViewSet
from .performance import PerformanceViewSet
from .rules import DistributionRuleViewSet

lead = {"get": "retrieve", "put": "update", "patch": "update", "delete": "destroy"}
rule = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}

urlpatterns = [
    path("v1/leads", PracticeLeadViewSet.as_view({"get": "list", "post": "create"}), name="practice-leads"),
    path("v1/leads/distribute", DistributionViewSet.as_view({"post": "distribute"}), name="practice-distribute"),
    path("v1/leads/<int:lead_id>", PracticeLeadViewSet.as_view(lead), name="practice-lead"),
    path(
        "v1/leads/<int:lead_id>/history",
        DistributionViewSet.as_view({"get": "history"}),
        name="practice-lead-history",
    ),
    path(
        "v1/distribution/rules",
        DistributionRuleViewSet.as_view({"get": "list", "post": "create"}),
        name="practice-distribution-rules",
    ),
    path(
        "v1/distribution/rules/<int:rule_id>",
        DistributionRuleViewSet.as_view(rule),
        name="practice-distribution-rule",
    ),
    path("v1/leaderboard", PerformanceViewSet.as_view({"get": "leaderboard"}), name="practice-leaderboard"),
    path("v1/me/performance", PerformanceViewSet.as_view({"get": "mine"}), name="practice-performance"),
    path("v1/analytics/dashboard", DashboardViewSet.as_view({"get": "dashboard"}), name="practice-dashboard"),
]
