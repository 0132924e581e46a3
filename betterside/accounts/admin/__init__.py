from . import entities, home, logins, staff, users

__all__ = ["entities", "home", "logins", "staff", "users"]
