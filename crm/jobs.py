from betterside.jobs import every

from .services import reminders


@every("* * * * *")
def remind_of_follow_ups():
    """All whose time has come since they were last looked for, however long ago that was."""
    reminders.remind()
