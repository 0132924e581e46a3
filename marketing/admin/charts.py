"""Totals and charts of campaigns, for the admin's list and page (templates/admin/marketing/campaign/spending.html)."""

import json
from dataclasses import dataclass

from ..spending import Spending

TICKS = {"color": "#7d8b86", "maxRotation": 0, "autoSkipPadding": 12}
OPTIONS = {
    "animation": False,
    "responsive": True,
    "maintainAspectRatio": False,
    "interaction": {"mode": "index", "intersect": False},
    "plugins": {"legend": {"display": False}},
    "scales": {"x": {"grid": {"display": False}, "ticks": TICKS}, "y": {"beginAtZero": True, "ticks": TICKS}},
}
LEGEND = {"display": True, "position": "bottom", "labels": {"boxWidth": 10, "boxHeight": 10, "color": TICKS["color"]}}


@dataclass(frozen=True)
class Chart:
    """`data` and `options` as Chart.js takes them, in JSON."""

    title: str
    data: str
    options: str


def of(spending: Spending) -> list[Chart]:
    """Spend, leads by both counts, and cost per lead, each per day."""
    days, currency = spending.days, spending.currency
    names = [f"{day.date:%-d %b}" for day in days]
    leads = {"By Meta": [day.leads for day in days], "In the CRM": [day.crm_leads for day in days]}
    return [
        _chart("Spend per day", currency, names, {"Spend": [float(day.spend) for day in days]}),
        _chart("Leads per day", "", names, leads),
        _chart("Cost per lead per day", currency, names, {"Cost per lead": [day.cpl for day in days]}),
    ]


COLOURS = ["var(--color-primary-500)", "#d98a1f"]


def _chart(title: str, currency: str, names: list[str], series: dict[str, list]) -> Chart:
    datasets = [
        {"label": label, "data": values, "backgroundColor": colour, "borderRadius": 3, "maxBarThickness": 22}
        for (label, values), colour in zip(series.items(), COLOURS, strict=False)
    ]
    plugins = {"legend": LEGEND} if len(series) > 1 else OPTIONS["plugins"]
    return Chart(
        title=f"{title}, {currency}" if currency else title,
        data=json.dumps({"labels": names, "datasets": datasets}),
        options=json.dumps(OPTIONS | {"plugins": plugins}),
    )
