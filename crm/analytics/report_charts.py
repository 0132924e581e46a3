"""Which of a report's figures its picture shows."""

from betterside.charts import Chart, Series

TITLES = {
    "lead_performance": "Lead performance",
    "lead_analytics": "Leads",
    "platform_performance": "Leads by platform",
    "user_performance": "Leads by person",
    "conversion_funnel": "Conversion funnel",
    "time_based": "Leads over time",
    "activity": "Activities by type",
    "sla": "Stays within their service level",
}
TOTALS = ["total_leads", "new_leads", "contacted_leads", "won_leads", "lost_leads"]
MOST_PEOPLE = 12


def chart(report_type: str, figures: dict | list[dict]) -> Chart:
    return Chart(TITLES[report_type], *MAKERS[report_type](figures))


def _totals(figures: dict) -> tuple:
    """By period when the report has them, else the totals."""
    if "time_based" in figures:
        return _periods(figures["time_based"])
    labels = [name.removesuffix("_leads") for name in TOTALS]
    return "leads", labels, [Series("leads", [figures[name] for name in TOTALS])]


def _rows(rows: list[dict], label: str, *columns: str) -> tuple:
    series = [Series(column.replace("_", " "), [row[column] for row in rows]) for column in columns]
    words = [row[label] for row in rows]
    return "leads", [word.replace("_", " ") for word in words] if label == "stage" else words, series


def _periods(rows: list[dict]) -> tuple:
    return _rows(rows, "period", "new_leads", "won_leads", "lost_leads")


def _counts(unit: str, counts: dict) -> tuple:
    return unit, [name.replace("_", " ") for name in counts], [Series(unit, list(counts.values()))]


MAKERS = {
    "lead_performance": _totals,
    "lead_analytics": _totals,
    "platform_performance": lambda rows: _rows(rows, "platform", "total_leads", "won_leads", "lost_leads"),
    "user_performance": lambda rows: _rows(rows[:MOST_PEOPLE], "username", "leads_assigned", "leads_won", "leads_lost"),
    "conversion_funnel": lambda figures: _rows(figures["stages"], "stage", "count"),
    "time_based": _periods,
    "activity": lambda figures: _counts("activities", figures["by_type"]),
    "sla": lambda figures: _counts("per cent", figures["by_status"]),
}
