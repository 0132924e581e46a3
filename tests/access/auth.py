"""Signing in and out, and the pages around it."""

from betterside.accounts.services import logins
from betterside.accounts.tests.factories import UserFactory

from .rows import page, row, thing

row("POST", "auth-login", body={"email": "nobody@home.example", "password": "wrong"}, everyone=401)
row("POST", "auth-refresh", body={"refresh_token": "none"}, everyone=401)
row("POST", "auth-logout", body={}, everyone=200)
row("GET", "auth-me", everyone=200, anonymous=401)
row("POST", "events-ticket", everyone=201, anonymous=401, unapproved=403)

NOBODY = {"email": "nobody@home.example"}
row("POST", "auth-register", body=NOBODY, everyone=400)
row("POST", "auth-verify-otp", body=NOBODY | {"otp": "123456"}, everyone=400)
row("POST", "auth-resend-otp", body=NOBODY, everyone=200)
row("POST", "auth-forgot", body=NOBODY, everyone=200)
row("POST", "auth-reset", body=NOBODY | {"otp": "123456", "password": "Brand-new-pass-7"}, everyone=400)

row("POST", "practice-login", body={"username": "nobody", "password": "wrong"}, everyone=401)
row("GET", "practice-me", everyone=200, anonymous=401)
row("GET", "auth-sessions", everyone=200, anonymous=401)
row("DELETE", "auth-session", on="rep_login.pk", everyone=404, rep=204, anonymous=401)


@thing
def rep_login(world):
    return logins.start(user=world.rep).login


@thing
def admin_colleague(world):
    """Without a second admin the first could change nothing about the admins."""
    return UserFactory(admin=True, entity=world.entity)


# A manager of another entity has no right to manage users at all.
row("GET", "users", staff=200, rest=403)
row("POST", "users", body={"email": "new@home.example"}, admin=201, foreign=403, rest=403)
row("GET", "user", on="rep.pk", staff=200, rest=403)
row("GET", "user", on="unapproved.pk", label="who waits for approval", admin=200, rest=403)
row("PATCH", "user", on="rep.pk", body={"phone": "123"}, admin=200, foreign=403, rest=403)
row("PATCH", "user", on="admin.pk", body={"role": "manager"}, label="an admin", admin=200, foreign=403, rest=403)
row("POST", "user-approve", on="unapproved.pk", admin=200, foreign=403, rest=403)
row("POST", "user-deactivate", on="rep.pk", admin=200, foreign=403, rest=403)

page("GET", "login", everyone=302, anonymous=200)
page("POST", "login", body={"username": "nobody", "password": "wrong"}, everyone=302, anonymous=200)
page("POST", "logout", everyone=302)
page("GET", "password_reset", everyone=200)
page("POST", "password_reset", body={"email": "nobody@home.example"}, everyone=302)
page("GET", "password_reset_done", everyone=200)
page("GET", "password_reset_complete", everyone=200)
page("GET", "invitation", on="rep.username", everyone=200)
page("POST", "invitation", on="rep.username", body={}, everyone=200)
page("GET", "password_change", everyone=200, anonymous=302)
page("POST", "password_change", body={"old_password": "wrong"}, everyone=200, anonymous=302)
