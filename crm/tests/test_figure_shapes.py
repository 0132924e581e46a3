"""The OpenAPI document names the keys of figures that crm.analytics makes: both say the same."""

import pytest

from betterside import clock
from crm.api.sales import activity_figures, stage_figures
from crm.api.sales import figure_shapes as shapes

from .test_sales_contract import NOW, Team

pytestmark = pytest.mark.django_db

SHAPES = {
    "stages/performance-metrics": shapes.PerformanceShape,
    "stages/user-performance": shapes.UserStagesShape,
    "stages/transition-matrix": shapes.TransitionShape,
    "stages/conversion-rates": shapes.ConversionShape,
    "stages/status-statistics": shapes.StatusStatisticsShape,
    "stages/summary": shapes.StageSummaryShape,
    "stages/sla-compliance": shapes.ComplianceShape,
    "stages/workflow-efficiency": shapes.EfficiencyShape,
    "stages/bottleneck-analysis": shapes.BottleneckShape,
    "stages/sla-violations": shapes.ViolationShape,
    "stages/recent-changes": shapes.StageMoveShape,
    "activities/statistics": shapes.ActivityTypeShape,
    "activities/user-performance": shapes.UserActivitiesShape,
    "activities/priority-distribution": shapes.PriorityShape,
    "activities/summary": shapes.ActivitySummaryShape,
    "activities/follow-ups/summary": shapes.FollowUpsShape,
}


@pytest.mark.parametrize("path", SHAPES)
def test_the_document_names_every_key(api, path):
    team = Team()
    with clock.at(NOW):
        data = api.as_(team.manager).get(f"/api/{path}").json()["data"]
    row = data[0] if isinstance(data, list) else data
    assert set(row) == set(SHAPES[path]().fields)


def test_no_action_is_left_out():
    viewsets = (stage_figures.StageFiguresViewSet, activity_figures.ActivityFiguresViewSet)
    documented = [name for viewset in viewsets for name, member in vars(viewset).items() if hasattr(member, "kwargs")]
    assert len(documented) == len(SHAPES)
