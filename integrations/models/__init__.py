from integrations.models.connection import SentPlanNotice, SmartHRIntegration
from integrations.models.deletions import CrewTombstone, DeletionCandidate
from integrations.models.health import HealthIssue, NotificationAddress, WebhookRemoval
from integrations.models.pace import TokenPace
from integrations.models.person_syncs import PersonSync
from integrations.models.runs import RunPage, RunRecord, SyncRun
from integrations.models.ties import Tie
from integrations.models.unattended import HeldLogin, UnattendedAct

__all__ = [
    "CrewTombstone",
    "DeletionCandidate",
    "HealthIssue",
    "HeldLogin",
    "NotificationAddress",
    "PersonSync",
    "RunPage",
    "RunRecord",
    "SentPlanNotice",
    "SmartHRIntegration",
    "SyncRun",
    "Tie",
    "TokenPace",
    "UnattendedAct",
    "WebhookRemoval",
]
