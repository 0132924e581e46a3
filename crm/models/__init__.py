from .activity import Activity
from .assignment import Assignment
from .contact import Contact, ContactNotFound
from .distribution import DistributionRule, DistributionRuleAgent
from .entry_rollup import EntryRollup
from .erasure import Erasure
from .export import Export
from .lead import Lead, LeadCodeCounter, LeadNotFound
from .lead_meta import LeadMeta
from .performance import PerformanceScore
from .pipeline import LeadStatus, Pipeline, StatusTransition
from .practice import PracticeProfile
from .report import AllowedRecipient, ReportSchedule, ReportTemplate
from .report_run import ReportDelivery, ReportRun
from .rollup import Grain, LeadRollup, SourceRollup
from .stage import StageEntry
from .task import Task, TaskNotFound
from .work_rollups import ActivityRollup, ContactedRollup, StayRollup

__all__ = [
    "Activity",
    "AllowedRecipient",
    "ActivityRollup",
    "Assignment",
    "Contact",
    "ContactNotFound",
    "ContactedRollup",
    "DistributionRule",
    "DistributionRuleAgent",
    "EntryRollup",
    "Erasure",
    "Export",
    "Lead",
    "LeadCodeCounter",
    "Grain",
    "LeadMeta",
    "LeadNotFound",
    "LeadRollup",
    "LeadStatus",
    "PerformanceScore",
    "Pipeline",
    "PracticeProfile",
    "ReportDelivery",
    "ReportRun",
    "ReportSchedule",
    "ReportTemplate",
    "SourceRollup",
    "StageEntry",
    "StatusTransition",
    "StayRollup",
    "Task",
    "TaskNotFound",
]
