from . import distribution, history, home, leads, pipelines

__all__ = ["distribution", "history", "home", "leads", "pipelines"]
