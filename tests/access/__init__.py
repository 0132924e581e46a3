"""Who may do what: the access matrix.

Every API and panel route has a row per method, in the file of its face here (channel.py, sales.py, growth.py,
practice.py, marketing.py, auth.py, panel.py). A row says what each role gets:

    row("GET", "cp-lead", on="channel_lead.pk", managers=200, cp=200, rest=403)
    row("PATCH", "cp-lead", on="channel_lead.pk", body={"notes": "Call"}, managers=200, cp=200, rest=403)

* the route by the name that reverse() takes; a method once or, for several objects or headers, several times
* `on`: what fills the path, read from the world (world.py): "channel_lead.pk" is the lead of `cp` and `foreign` gets
  404, in the same words as for an id that never was; several, separated by spaces, for several parts. `{…}` in
  `query` and in the texts of `body` reads from the world too: query="user_id={rep.pk}"
* one keyword per role (ROLES below) or group (GROUPS) with the status; a role's own keyword beats its group's, and
  `rest` stands for all others with a seat. Given unless said otherwise: anonymous 401 (pages: 302 to /login),
  unapproved 403, foreign (manager of another entity) 404 with `on`, else what a manager gets
* `cp`, `rep` and `agent` own the world's leads (channel_lead; sales_lead, growth_lead, marketing_lead; practice_lead),
  `cp_colleague`, `rep_colleague`, `agent_colleague` do not
* a new kind of object is a function under `@thing` in the file of its rows; it is built once

test_matrix.py asks each row as every role, each time in a savepoint that is rolled back, and holds that whoever was
refused changed nothing in any table. It fails for a route of the URL conf without a row; EXEMPT in test_matrix.py
takes routes out, with a reason.
"""
