from . import counters, profiles, projects

__all__ = ["counters", "profiles", "projects"]
