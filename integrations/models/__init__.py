from integrations.models.connection import SmartHRIntegration
from integrations.models.deletions import CrewTombstone, DeletionCandidate
from integrations.models.pace import TokenPace
from integrations.models.runs import RunPage, RunRecord, SyncRun

__all__ = [
    "CrewTombstone",
    "DeletionCandidate",
    "RunPage",
    "RunRecord",
    "SmartHRIntegration",
    "SyncRun",
    "TokenPace",
]
