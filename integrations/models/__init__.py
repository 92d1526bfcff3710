from integrations.models.connection import SentPlanNotice, SmartHRIntegration
from integrations.models.deletions import CrewTombstone, DeletionCandidate
from integrations.models.pace import TokenPace
from integrations.models.runs import RunPage, RunRecord, SyncRun
from integrations.models.ties import Tie

__all__ = [
    "CrewTombstone",
    "DeletionCandidate",
    "RunPage",
    "RunRecord",
    "SentPlanNotice",
    "SmartHRIntegration",
    "SyncRun",
    "Tie",
    "TokenPace",
]
