from betterside.jobs import every

from .services import reminders, task_reminders


@every("* * * * *")
def remind_of_follow_ups():
    """All whose time has come since they were last looked for, however long ago that was."""
    reminders.remind()


@every("* * * * *")
def remind_of_tasks():
    task_reminders.remind()
