from . import ads_requests, counters, home, marketing_requests, profiles, projects

__all__ = ["ads_requests", "counters", "home", "marketing_requests", "profiles", "projects"]
