"""Roles and what each may do (DESIGN section 3). Asking about a right that does not exist raises."""

from django.db import models


class Role(models.IntegerChoices):
    """Ids are fixed: they are the token's `role_id`."""

    ADMIN = 1, "admin"
    MANAGER = 2, "manager"
    SALES_REP = 3, "sales_rep"
    SUPPORT = 4, "support"
    AGENT = 5, "agent"
    CP = 6, "cp"
    DEVELOPER = 7, "developer"
    BUYER = 8, "buyer"

    @classmethod
    def named(cls, name: str) -> "Role":
        """The role of this name. KeyError when there is none."""
        return cls[name.upper()]


MANAGERS = frozenset({Role.ADMIN, Role.MANAGER})
SELLERS = frozenset({Role.SALES_REP, Role.AGENT})
# Who can be given a lead.
OWNERS = MANAGERS | SELLERS | {Role.CP}

RIGHTS = {
    "leads.read_entity": MANAGERS | SELLERS | {Role.SUPPORT},
    "leads.read_own": frozenset({Role.CP}),
    "leads.read": MANAGERS | SELLERS | {Role.SUPPORT, Role.CP},
    "leads.create": MANAGERS | SELLERS | {Role.CP},
    "leads.edit_entity": MANAGERS,
    "leads.edit_own": MANAGERS | SELLERS | {Role.CP},
    "leads.claim": MANAGERS | SELLERS,
    "leads.assign_any": MANAGERS,
    "leads.reopen": MANAGERS,
    "projects.read_entity": MANAGERS | SELLERS | {Role.SUPPORT},
    "projects.read": MANAGERS | {Role.CP, Role.DEVELOPER},
    "campaigns.read": MANAGERS | SELLERS | {Role.SUPPORT},
    "analytics.read": MANAGERS | SELLERS | {Role.SUPPORT},
    "reports.manage": MANAGERS,
    "exports.make": MANAGERS,
    "users.manage": frozenset({Role.ADMIN}),
    "users.read": MANAGERS | SELLERS | {Role.SUPPORT},
    "settings.manage": frozenset({Role.ADMIN}),
    "channel.use": MANAGERS | {Role.CP},
    "channel.own": frozenset({Role.CP}),
}
# A stolen key must not be able to make itself another key, or a seat.
NEVER_BY_API_KEY = {"users.manage", "settings.manage"}


def may(user, right: str) -> bool:
    """Whether the user's role has the right. KeyError on a right nobody defined: a typo opens no door."""
    return user.role in RIGHTS[right]
