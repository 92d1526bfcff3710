"""What other apps may listen to, each time inside the transaction of the change."""

from django.dispatch import Signal

# people: a sequence of companies.services.forgetting.Forgotten, of one company; what the app keeps
# of their names and e-mail addresses is to be blanked now (X6). May come again for the same people.
people_forgotten = Signal()
