"""The floor: the same work in plain SQL. `%(entity)s` and `%(user)s` come from the row that the floor reads of the user.

A plain list's floor has no total, since a counter could know it. Where a filter narrows, the total is counted here too.
Figures are counted from the leads themselves, as one would without rollups.
"""

USER = """
SELECT login.user_id AS user, account.entity_id AS entity FROM accounts_login login
JOIN accounts_user account ON account.id = login.user_id JOIN accounts_entity entity ON entity.id = account.entity_id
WHERE login.id = %s AND login.ended_at IS NULL AND account.is_active AND entity.is_active
"""
LIVE = "lead.entity_id = %(entity)s AND lead.deleted_at IS NULL AND NOT lead.is_test"
JOINED = "crm_lead lead JOIN crm_leadstatus status ON status.id = lead.status_id"
ROW = f"""
SELECT lead.id, lead.email, first_name, last_name, status.name AS status, platform, assigned_user_id, created_at
FROM {JOINED} WHERE {LIVE}
"""
NEWEST = " ORDER BY lead.created_at DESC, lead.id DESC LIMIT 20"


def rows(where: str = "", page: str = "") -> str:
    return ROW + where + NEWEST + page


def total(where: str) -> str:
    return f"SELECT count(*) AS total FROM crm_lead lead WHERE {LIVE} {where}"


def own_list(pipeline: str, where: str = "", more: str = "", join: str = "") -> str:
    """The first 20 of a face that keeps to its own pipeline."""
    return (
        f"""
        SELECT lead.id, lead.public_id, full_name, first_name, last_name, email, phone, company, job_title, source,
            status.name AS status, score, value, lead.notes, lead.created_at, lead.updated_at, last_interaction_at,
            campaign_id, campaign_name, lead_code, assigned_user_id, project_id {more}
        FROM {JOINED} {join} WHERE {LIVE} AND lead.pipeline_id = '{pipeline}' {where}
    """
        + NEWEST
    )


CONTACTED = " AND lead.status_id = ANY (ARRAY(SELECT id FROM crm_leadstatus WHERE lower(name) = 'contacted'))"
ON_FACEBOOK = CONTACTED + " AND lead.platform = 'facebook'"
NAMED = " AND lead.search_text LIKE '%%kavya menon%%'"
ONE = f"SELECT lead.*, status.name AS status FROM {JOINED} WHERE lead.id = %(lead)s AND lead.entity_id = %(entity)s"

CREATE = """
WITH code AS (
    INSERT INTO crm_leadcodecounter (entity_id, year, value) VALUES (%(entity)s, extract(year FROM now()), 1)
    ON CONFLICT (entity_id, year) DO UPDATE SET value = crm_leadcodecounter.value + 1 RETURNING year, value
), lead AS (
    INSERT INTO crm_lead (public_id, entity_id, pipeline_id, status_id, lead_code, first_name, last_name, full_name,
        email, phone, phone_e164, phone_digits, company, job_title, source, platform, score, value, campaign_name, notes,
        raw_field_data, source_page_id, source_page_name, is_test, created_at, updated_at, status_since,
        furthest_position, was_late)
    SELECT gen_random_uuid(), %(entity)s, 'sales', 1, format('LEAD-%%s-%%s', year, lpad(value::text, 6, '0')), 'Floor',
        'Bench', 'Floor Bench', 'floor@mail.example', '+91 9812345678', '+919812345678', '919812345678', '', '',
        'Referral', '', 50, 1000, '', '', '{}', '', '', false, now(), now(), now(), 1, false FROM code RETURNING *
), stay AS (
    INSERT INTO crm_stageentry (entity_id, lead_id, status_id, entered_at, user_id, notes, next_action_required)
    SELECT entity_id, id, status_id, created_at, %(user)s, '', '' FROM lead
), activity AS (
    INSERT INTO crm_activity (public_id, entity_id, lead_id, user_id, activity_type, title, description, priority,
        status, notes, is_automatic, created_at, updated_at)
    SELECT gen_random_uuid(), entity_id, id, %(user)s, 'status_change', 'Lead created', 'Lead created', 'medium',
        'completed', '', true, created_at, created_at FROM lead
), event AS (
    INSERT INTO realtime_event (entity_id, kind, subject_id, data, created_at)
    SELECT entity_id, 'lead.created', id, '{}', created_at FROM lead RETURNING id
)
SELECT lead.*, pg_notify('bs_events', event.id::text)::text FROM lead, event
"""
MOVE = """
WITH lead AS (
    UPDATE crm_lead SET status_id = 2, updated_at = now(), status_since = now(), furthest_position = 2,
        was_late = was_late OR status_since < now() - interval '24 hours' WHERE id = %(lead)s AND entity_id = %(entity)s RETURNING *
), left_stay AS (
    UPDATE crm_stageentry stay SET exited_at = now(),
        duration_hours = round((extract(epoch FROM now() - entered_at) / 3600)::numeric, 2)
    FROM lead WHERE stay.lead_id = lead.id AND stay.exited_at IS NULL RETURNING stay.*
), stay AS (
    INSERT INTO crm_stageentry (entity_id, lead_id, status_id, previous_id, entered_at, user_id, notes,
        next_action_required)
    SELECT entity_id, lead_id, 2, id, exited_at, %(user)s, '', '' FROM left_stay RETURNING id
), activity AS (
    INSERT INTO crm_activity (public_id, entity_id, lead_id, user_id, activity_type, title, description, priority,
        status, notes, is_automatic, created_at, updated_at)
    SELECT gen_random_uuid(), entity_id, id, %(user)s, 'status_change', 'new → qualified', 'Moved', 'medium',
        'completed', '', true, now(), now() FROM lead
), event AS (
    INSERT INTO realtime_event (entity_id, kind, subject_id, data, created_at)
    SELECT entity_id, 'lead.moved', id, '{}', now() FROM lead RETURNING id
)
SELECT lead.id, stay.id AS stay, pg_notify('bs_events', event.id::text)::text FROM lead, stay, event
"""
WEBHOOK = """
INSERT INTO marketing_inboxentry (platform, source_lead_id, page_id, form_id, ad_id, campaign_id, change, state, reason,
    attempts, next_attempt_at, found_by, received_at)
VALUES ('meta', %(n)s, 'FLOOR', 'F', '', '', '{"field": "leadgen"}', 'duplicate', '', 0, now(), 'webhook', now())
ON CONFLICT DO NOTHING RETURNING id
"""

CSV_PATH, JSON_PATH, HEALTH_PATH = "/export/csv", "/export/json", "/healthz"
EXPORTED = f"""
    SELECT lead.id, lead_code, lead.first_name, lead.last_name, full_name, lead.email, lead.phone, company, job_title,
        status.name AS status, lead.pipeline_id AS pipeline, platform, source, campaign_name, project.title AS project,
        score, value, owner.email AS assigned_user, lead.created_at, assigned_at, last_interaction_at, closed_at,
        lead.updated_at, lead.notes
    FROM {JOINED} LEFT JOIN cp_project project ON project.id = lead.project_id
    LEFT JOIN accounts_user owner ON owner.id = lead.assigned_user_id
    WHERE {LIVE} ORDER BY lead.created_at DESC, lead.id DESC
"""
EXPORTS = {
    CSV_PATH: f"COPY ({EXPORTED}) TO STDOUT (FORMAT csv, HEADER)",
    JSON_PATH: f"COPY (SELECT row_to_json(exported) FROM ({EXPORTED}) exported) TO STDOUT",
}

# --- Figures -------------------------------------------------------------------------------------

HOURS = "extract(epoch FROM {} - {}) / 3600"
FIGURES = f"""count(*) AS total, count(*) FILTER (WHERE status.is_won) AS won,
    count(*) FILTER (WHERE status.is_lost) AS lost, count(assigned_user_id) AS assigned,
    avg({HOURS.format("closed_at", "lead.created_at")}) AS cycle,
    avg({HOURS.format("first_assigned_at", "lead.created_at")}) AS assignment"""
SINCE = " AND lead.created_at >= %(since)s"
SUMMARY = f"""SELECT {FIGURES}, count(*) FILTER (WHERE status.position = 1) AS new,
    count(*) FILTER (WHERE lower(status.name) = 'contacted') AS contacted FROM {JOINED} WHERE {LIVE}"""
SEEN = "crm_activity activity JOIN crm_lead lead ON lead.id = activity.lead_id AND lead.deleted_at IS NULL"
BY_PEOPLE = "activity.entity_id = %(entity)s AND NOT is_automatic"
RECENT = """SELECT activity.*, lead.full_name FROM crm_activity activity LEFT JOIN crm_lead lead ON lead.id = lead_id
    WHERE activity.entity_id = %(entity)s AND lead.deleted_at IS NULL
    ORDER BY activity.created_at DESC, activity.id DESC LIMIT 10"""
UPCOMING = """SELECT activity.*, lead.full_name FROM crm_activity activity JOIN crm_lead lead ON lead.id = lead_id
    WHERE activity.entity_id = %(entity)s AND lead.deleted_at IS NULL AND status = 'pending'
        AND next_follow_up_date >= now() ORDER BY next_follow_up_date, activity.id LIMIT 10"""


def grouped(by: str, figures: str = FIGURES, where: str = "") -> str:
    return f"SELECT {by} AS by, {figures} FROM {JOINED} WHERE {LIVE} {where} GROUP BY 1"


STATES = """count(*) AS total, count(*) FILTER (WHERE status = 'completed') AS completed,
    count(*) FILTER (WHERE status = 'pending') AS pending, count(*) FILTER (WHERE status = 'cancelled') AS cancelled"""


def activities(by: str, figures: str = STATES) -> str:
    """The lead is not read: whether it was deleted could stand in the activity."""
    return f"SELECT {by} AS by, {figures} FROM crm_activity activity WHERE {BY_PEOPLE} GROUP BY 1"


def funnel(where: str = "") -> str:
    return f"""SELECT reach, count(*) FROM (
    SELECT lead.id, max(passed.position) FILTER (WHERE NOT passed.is_lost) AS reach
    FROM crm_lead lead JOIN crm_stageentry stay ON stay.lead_id = lead.id
    JOIN crm_leadstatus passed ON passed.id = stay.status_id
    WHERE {LIVE} AND lead.pipeline_id = 'sales' {where} GROUP BY lead.id) reached GROUP BY reach"""


FUNNEL = funnel()
REPORTED = SINCE + " AND lead.platform = 'facebook'" + CONTACTED
PERIODS = f"""SELECT (created_at AT TIME ZONE 'Asia/Kolkata')::date AS period, count(*) FROM crm_lead lead
    WHERE {LIVE} GROUP BY 1"""
PERIODS_CLOSED = f"""SELECT (closed_at AT TIME ZONE 'Asia/Kolkata')::date AS period,
    count(*) FILTER (WHERE is_won) AS won, count(*) FILTER (WHERE is_lost) AS lost
    FROM {JOINED} WHERE {LIVE} AND closed_at IS NOT NULL GROUP BY 1"""
STAYS = "crm_stageentry stay JOIN crm_leadstatus status ON status.id = stay.status_id"
STAYED = HOURS.format("coalesce(stay.exited_at, now())", "stay.entered_at")
OWN_STAYS = "stay.entity_id = %(entity)s"
WAITING = f"{OWN_STAYS} AND NOT status.is_won AND NOT status.is_lost"


def stays(figures: str, where: str = OWN_STAYS, by: str = "stay.status_id", join: str = "") -> str:
    return f"SELECT {by} AS by, {figures} FROM {STAYS} {join} WHERE {where} GROUP BY 1"


LASTED = f"count(*) AS entries, count(stay.exited_at) AS exits, avg({STAYED}) AS average, count(*) FILTER (WHERE {STAYED} > sla_hours) AS late"
NEXT = "LEFT JOIN crm_stageentry following ON following.previous_id = stay.id"
BEFORE = "JOIN crm_stageentry previous ON previous.id = stay.previous_id"
MOVES = f"""SELECT previous.status_id AS before, stay.status_id AS after, count(*), avg(previous.duration_hours)
    FROM crm_stageentry stay {BEFORE} WHERE {OWN_STAYS} GROUP BY 1, 2"""
LATE = f"""SELECT lead.id, lead.full_name, stay.entered_at, {STAYED} AS hours FROM {STAYS}
    JOIN crm_lead lead ON lead.id = stay.lead_id AND lead.deleted_at IS NULL
    WHERE {WAITING} AND stay.exited_at IS NULL AND {STAYED} > sla_hours ORDER BY stay.entered_at, stay.id LIMIT 50"""
SLA = f"""SELECT count(DISTINCT lead_id) FILTER (WHERE {STAYED} > sla_hours) AS late,
    avg({STAYED} - sla_hours) FILTER (WHERE {STAYED} > sla_hours) AS over FROM {STAYS} WHERE {WAITING}"""
CHANGES = f"""SELECT stay.id, stay.entered_at, lead.full_name, status.name, account.email FROM {STAYS}
    JOIN crm_lead lead ON lead.id = stay.lead_id LEFT JOIN accounts_user account ON account.id = stay.user_id
    WHERE {OWN_STAYS} AND stay.previous_id IS NOT NULL ORDER BY stay.entered_at DESC, stay.id DESC LIMIT 20"""
FOLLOW_UPS = """SELECT count(*) FILTER (WHERE next_follow_up_date >= now()) AS pending,
    count(*) FILTER (WHERE next_follow_up_date < now()) AS overdue,
    count(*) FILTER (WHERE next_follow_up_date >= now() AND priority = 'urgent') AS urgent,
    count(*) FILTER (WHERE next_follow_up_date BETWEEN now() AND now() + interval '1 day') AS within_a_day
    FROM crm_activity WHERE entity_id = %(entity)s AND status = 'pending' AND next_follow_up_date IS NOT NULL"""
WORKLOAD = f"""SELECT assigned_user_id AS by, count(*) AS assigned, count(*) FILTER (WHERE closed_at IS NULL) AS active
    FROM crm_lead lead WHERE {LIVE} GROUP BY 1"""
BOARD = " UNION ALL ".join(
    f"({ROW} AND lead.pipeline_id = 'sales' AND lead.status_id = {n}{NEWEST})" for n in range(1, 9)
)
KPIS = f"""SELECT sum(lead.value) FILTER (WHERE is_won AND closed_at >= %(since)s) AS revenue,
    count(*) FILTER (WHERE is_won AND closed_at >= %(since)s) AS won, count(*) FILTER (WHERE closed_at IS NULL) AS active,
    count(*) FILTER (WHERE lead.created_at >= %(since)s) AS created FROM {JOINED}
    WHERE {LIVE} AND lead.pipeline_id = 'growth'"""
