from . import history, home, leads, pipelines

__all__ = ["history", "home", "leads", "pipelines"]
