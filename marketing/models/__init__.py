from .ad_account import AdAccount
from .campaign import Campaign, CampaignDay
from .inbox import InboxEntry, ReconcileRun
from .page import MetaPage
from .route import CaptureRoute
from .website import WebsiteIntake

__all__ = [
    "AdAccount",
    "Campaign",
    "CampaignDay",
    "CaptureRoute",
    "InboxEntry",
    "MetaPage",
    "ReconcileRun",
    "WebsiteIntake",
]
