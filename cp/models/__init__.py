from .ads_request import AdsRequest
from .counter import MarketingCounter
from .profile import CPProfile
from .project import Project, ProjectAssignment

__all__ = ["AdsRequest", "CPProfile", "MarketingCounter", "Project", "ProjectAssignment"]
