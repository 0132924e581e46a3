"""The growth face (growth.md)."""

from betterside.accounts.services import api_keys

from .rows import row, thing


@thing
def api_key(world):
    return api_keys.regenerate(by=world.admin).key


# Settings
row("GET", "settings-config", admin=200, rest=403)
row("POST", "settings-regenerate-key", admin=200, rest=403)
row("DELETE", "settings-api-key", admin=204, rest=403)
