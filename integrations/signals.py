"""What others may do when the integration has done something; in the same transaction."""

from django.dispatch import Signal

# A sync has read people well. `company_id`; `since`: what was asked for after this moment was
# read; `whole`: whether it read all of them, or (X2) what changed since the one before.
people_read = Signal()
# The subdomain or the token is another one: what SmartHR refused may go now. `company_id`.
connection_changed = Signal()
