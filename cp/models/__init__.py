from .ads_request import AdsRequest, AdsRequestStep
from .counter import MarketingCounter
from .marketing_request import MarketingRequest
from .profile import CPProfile
from .project import Project, ProjectAssignment

__all__ = [
    "AdsRequest",
    "AdsRequestStep",
    "CPProfile",
    "MarketingCounter",
    "MarketingRequest",
    "Project",
    "ProjectAssignment",
]
