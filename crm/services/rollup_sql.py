"""The statements of crm.services.rollups, for any rollup table. `facts` is the function that tells what each row adds."""

from ..models import ActivityRollup, ContactedRollup, EntryRollup, Grain, LeadRollup, SourceRollup, StayRollup
from ..models.rollup import ALL_DAYS

FACTS = {
    LeadRollup: "crm_leadfacts",
    SourceRollup: "crm_sourcefacts",
    StayRollup: "crm_stayfacts",
    EntryRollup: "crm_entryfacts",
    ActivityRollup: "crm_activityfacts",
    ContactedRollup: "crm_contactedfacts",
}
MONTHLY = f"{Grain.MONTH:d}, {Grain.OWNER_MONTH:d}"
EVER = f"{Grain.EVER:d}, {Grain.OWNER_EVER:d}"
COMMON, OWNERS = (Grain.DAY, Grain.MONTH, Grain.EVER), (Grain.OWNER_DAY, Grain.OWNER_MONTH, Grain.OWNER_EVER)
BY_OWNER = ", ".join(f"{grain:d}" for grain in OWNERS)

# Changes become parts of the cells.
FOLD = """
WITH changes AS (DELETE FROM {table} WHERE entity_id = %(entity)s AND grain = 0 RETURNING *),
sums AS (
    SELECT entity_id, grain, {dimensions}, {sums}
    FROM (SELECT entity_id, cell.grain, {projected}, {measures} FROM changes CROSS JOIN {cells}) AS fact
    GROUP BY entity_id, grain, {dimensions} HAVING {differ}
)
INSERT INTO {table} (entity_id, grain, {dimensions}, {measures}) SELECT * FROM sums
ON CONFLICT ({key}) WHERE NOT (grain = 0) DO UPDATE SET {added}
"""
# One statement, so that one snapshot says what goes and what comes. `gone` is counted, and so done, before the rest.
# What is read together is written side by side.
REBUILD = """
WITH cleared AS (DELETE FROM {table} WHERE entity_id = %(entity)s RETURNING 1),
gone AS MATERIALIZED (SELECT count(*) FROM cleared),
days AS MATERIALIZED (
    SELECT entity_id, {dimensions}, {sums} FROM {facts}(%(entity)s) GROUP BY entity_id, {dimensions}
)
INSERT INTO {table} (entity_id, grain, {dimensions}, {measures})
SELECT entity_id, grain, {dimensions}, {sums}
FROM (SELECT entity_id, cell.grain, {projected}, {measures} FROM gone, days CROSS JOIN {cells}) AS fact
GROUP BY entity_id, grain, {dimensions}
ORDER BY grain, day
"""
TIDY = "DELETE FROM {table} WHERE entity_id = %(entity)s AND grain <> 0 AND {counter} = 0"
# What the facts are more (or less, when negative) than what is kept, at every grain.
COMPARE = """
WITH days AS MATERIALIZED (
    SELECT {dimensions}, {sums} FROM {facts}(%(entity)s) GROUP BY {dimensions}
), found AS (
    SELECT grain, {dimensions}, {measures}
    FROM (SELECT cell.grain, {projected}, {measures} FROM days CROSS JOIN {cells}) AS fact
    UNION ALL
    SELECT grain, {dimensions}, {negated}
    FROM (
        SELECT grain, {dimensions}, {measures} FROM {table} WHERE entity_id = %(entity)s AND grain <> 0
        UNION ALL
        SELECT cell.grain, {projected}, {measures} FROM {table} AS kept CROSS JOIN {cells}
        WHERE entity_id = %(entity)s AND kept.grain = 0
    ) AS kept
)
SELECT grain, {dimensions}, {sums} FROM found GROUP BY grain, {dimensions} HAVING {differ}
ORDER BY grain, {dimensions} LIMIT {limit}
"""


def statement(template: str, model, **more) -> str:
    """A statement for the model's table; its one parameter is `entity`."""
    table, measures = model._meta.db_table, model.MEASURES
    return template.format(
        table=table,
        facts=FACTS[model],
        cells=_cells(COMMON + OWNERS if model.OWNER else COMMON),
        key=", ".join(["entity_id", "grain", *model.DIMENSIONS]),
        dimensions=", ".join(model.DIMENSIONS),
        projected=", ".join(_projected(name, model.OWNER) for name in model.DIMENSIONS),
        measures=", ".join(measures),
        counter=measures[0],
        negated=", ".join(f"-{name}" for name in measures),
        sums=", ".join(f"sum({name}) AS {name}" for name in measures),
        added=", ".join(f"{name} = {table}.{name} + EXCLUDED.{name}" for name in measures),
        differ=" OR ".join(f"sum({name}) <> 0" for name in measures),
        **more,
    )


def _cells(grains: tuple) -> str:
    return f"(VALUES {', '.join(f'({grain:d})' for grain in grains)}) AS cell (grain)"


def _projected(name: str, owner: str | None) -> str:
    """The dimension as a cell of `cell.grain` has it."""
    cut = {
        "day": f"CASE WHEN cell.grain IN ({EVER}) THEN DATE '{ALL_DAYS}'"
        f" WHEN cell.grain IN ({MONTHLY}) THEN date_trunc('month', day)::date ELSE day END",
        owner: f"CASE WHEN cell.grain IN ({BY_OWNER}) THEN {owner} END",
    }
    return f"{cut[name]} AS {name}" if name in cut else name


# What a lead's row knows of its stays (Lead.status_since, furthest_position, was_late), and stays of each other.
WRONG_LEADS = """
SELECT lead.id, lead.id AS lead_id, stay.since, stay.furthest, stay.late
FROM (
    SELECT entry.lead_id, max(entry.entered_at) FILTER (WHERE entry.exited_at IS NULL) AS since,
        coalesce(max(status.position) FILTER (WHERE NOT status.is_lost), 0) AS furthest,
        coalesce(bool_or(entry.exited_at - entry.entered_at > make_interval(hours => status.sla_hours))
            FILTER (WHERE NOT status.is_won AND NOT status.is_lost), false) AS late
    FROM crm_stageentry AS entry JOIN crm_leadstatus AS status ON status.id = entry.status_id
    WHERE entry.entity_id = %(entity)s {narrowed}
    GROUP BY entry.lead_id
) AS stay
JOIN crm_lead AS lead ON lead.id = stay.lead_id
WHERE (lead.status_since, lead.furthest_position, lead.was_late)
    IS DISTINCT FROM (coalesce(stay.since, lead.status_since), stay.furthest, stay.late)
"""
WRONG_STAYS = """
SELECT entry.id, entry.lead_id
FROM (
    SELECT id, lead_id, is_repeat, count(*) OVER (PARTITION BY lead_id, status_id) > 1 AS repeats
    FROM crm_stageentry WHERE entity_id = %(entity)s {narrowed}
) AS entry
WHERE entry.is_repeat <> entry.repeats
"""
CORRECT_LEADS = f"""
UPDATE crm_lead AS lead
SET status_since = coalesce(wrong.since, lead.status_since), furthest_position = wrong.furthest, was_late = wrong.late
FROM ({WRONG_LEADS.format(narrowed="AND entry.lead_id = ANY(%(leads)s)")}) AS wrong
WHERE wrong.id = lead.id
"""  # noqa: S608
CORRECT_STAYS = f"""
UPDATE crm_stageentry AS entry SET is_repeat = NOT entry.is_repeat
FROM ({WRONG_STAYS.format(narrowed="AND lead_id = ANY(%(leads)s)")}) AS wrong
WHERE wrong.id = entry.id
"""  # noqa: S608
