from . import contacts, distribution, history, home, leads, pipelines, reports

__all__ = ["contacts", "distribution", "history", "home", "leads", "pipelines", "reports"]
