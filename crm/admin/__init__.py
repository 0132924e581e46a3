from . import contacts, distribution, history, home, leads, pipelines

__all__ = ["contacts", "distribution", "history", "home", "leads", "pipelines"]
