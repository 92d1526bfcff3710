"""Stable codes for what a sync has to say. Their Japanese is in integrations/reason_texts.py."""

from enum import StrEnum


class Reason(StrEnum):
    # About one crew.
    NAME_MISSING = "name_missing"  # E8
    BIRTH_DATE_MISSING = "birth_date_missing"  # E8
    EMPLOYEE_ID_INVALID = "employee_id_invalid"  # E3, S2
    EMPLOYEE_ID_TAKEN = "employee_id_taken"  # S4
    EMAIL_REQUIRED_FOR_ROLE = "email_required_for_role"  # S8
    EMAIL_INVALID = "email_invalid"  # E11
    DEPARTMENT_UNKNOWN = "department_unknown"  # D6
    RETIRED_NOT_IMPORTED = "retired_not_imported"  # E13
    RETIRED_SUSPENDED = "retired_suspended"  # E13
    LAST_ADMINISTRATOR = "last_administrator"  # C6
    VALUE_INVALID = "value_invalid"
    STILL_EXISTS = "still_exists"  # E12
    WOULD_ASK = "would_ask"  # E12, G4: in a preview
    LOGIN_CHANGE_HELD = "login_change_held"  # S5
    CREW_GONE = "crew_gone"  # W5a: announced, but neither there nor here
    WAITS_FOR_WORD = "waits_for_word"  # W7, W10: put to a person
    # About one department.
    DEPARTMENT_NAME_MISSING = "department_name_missing"  # G6
    PARENT_MISSING = "parent_missing"  # G6
    PARENT_CYCLE = "parent_cycle"  # G6
    # About a linked record for which no tie to the new account is offered.
    TIE_AMBIGUOUS = "tie_ambiguous"  # X12
    TIE_UNMATCHED = "tie_unmatched"  # X12
    # About the whole run.
    CONNECTION_FAILED = "connection_failed"
    TOKEN_REJECTED = "token_rejected"  # noqa: S105  # a code, no secret
    PERMISSION_MISSING = "permission_missing"
    IP_NOT_PERMITTED = "ip_not_permitted"
    RATE_LIMITED = "rate_limited"
    MAINTENANCE = "maintenance"
    SUBDOMAIN_RENAMED = "subdomain_renamed"
    UNEXPECTED_ANSWER = "unexpected_answer"
    OTHER_ACCOUNT = "other_account"  # T5
    EMPTY_ANSWER = "empty_answer"  # G8
    INCOMPLETE_READ = "incomplete_read"  # E12
    DELETION_BRAKE = "deletion_brake"  # E12
    GROUP_DELETION_BRAKE = "group_deletion_brake"  # G4
    LOGIN_BRAKE = "login_brake"  # S5
    TOKEN_UNDECRYPTABLE = "token_undecryptable"  # noqa: S105  # a code, no secret
    SETTINGS_CHANGED = "settings_changed"
    NOT_CONNECTED = "not_connected"
    ALREADY_RUNNING = "already_running"  # T6
    INTERNAL_ERROR = "internal_error"
    PLAN_OFF = "plan_off"  # P2: not switched on, or not yet
    PLAN_PAUSED = "plan_paused"  # P2
    PLAN_STOPPED = "plan_stopped"  # P3
    NOTHING_APPROVED = "nothing_approved"  # E12: no candidate of those chosen waits any more
    # About a delivery of the webhook.
    BODY_UNREADABLE = "body_unreadable"  # W5
    UNREADABLE_COVERED = "unreadable_covered"  # W5: and a later sync has read all that changed
    BODY_TOO_LARGE = "body_too_large"  # W5
    EVENT_IGNORED = "event_ignored"  # W5
    MODE_OFF = "mode_off"  # W10
    ON_HOLD = "on_hold"  # S6
    WORKER_LOST = "worker_lost"  # W8
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"  # W8
    COVERED_BY_SYNC = "covered_by_sync"  # W8
    # About our webhook (W2, W9, X3).
    WEBHOOK_DISABLED = "webhook_disabled"
    WEBHOOK_SECRET_UNSENT = "webhook_secret_unsent"  # noqa: S105  # a code, no secret


# What stops a sync, is the connection's own and stays until a person puts it right.
CONNECTION_TROUBLES = frozenset(
    {
        Reason.TOKEN_REJECTED,
        Reason.PERMISSION_MISSING,
        Reason.SUBDOMAIN_RENAMED,
        Reason.IP_NOT_PERMITTED,
        Reason.TOKEN_UNDECRYPTABLE,
    }
)
# A record with one of these was not imported or not updated: the count `skipped`.
LEFT_OUT = frozenset(
    {
        Reason.NAME_MISSING,
        Reason.BIRTH_DATE_MISSING,
        Reason.EMAIL_REQUIRED_FOR_ROLE,
        Reason.RETIRED_NOT_IMPORTED,
        Reason.DEPARTMENT_NAME_MISSING,
        Reason.VALUE_INVALID,
    }
)
