from . import accounts, campaigns, home, inbox, pages, routes

__all__ = ["accounts", "campaigns", "home", "inbox", "pages", "routes"]
