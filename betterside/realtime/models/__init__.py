from .event import Event
from .notification import Notification, NotificationChoices

__all__ = ["Event", "Notification", "NotificationChoices"]
