"""Who is told of an event. Readers fetch what they may see, but the news that something happened is guarded too."""

from betterside.accounts.models import User

from .models import Event

# The first word of a kind → the right whose holders may see all such subjects of their entity. Other kinds are
# for managers. The person an event is meant for (its user) and the one who had the subject before are always told.
SEEN_BY_ALL_WITH = {
    "lead": "leads.read_entity",
    "activity": "leads.read_entity",
    "contact": "leads.read_entity",
    "task": "leads.read_entity",
}
# Nobody's business but the person's own, managers included.
PRIVATE = {"notification"}


def may_see(user: User, event: Event) -> bool:
    """The right is asked of the user as loaded; whoever holds on to a user must load it again now and then."""
    if event.entity_id != user.entity_id:
        return False
    if event.user_id == user.pk:
        return True
    subject = event.kind.partition(".")[0]
    if subject in PRIVATE:
        return False
    if event.data.get("previous") == user.pk:
        return True
    right = SEEN_BY_ALL_WITH.get(subject)
    return user.may(right) if right else user.is_manager
