from django.conf import settings
from django.db import models


class ProjectQuerySet(models.QuerySet):
    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id)

    def visible_to(self, user):
        """
        * managers, sellers and support: the entity's projects
        * a CP: those mapped to them
        * a developer: those they own
        """
        if not user.is_approved:
            return self.none()
        projects = self.in_entity_of(user)
        if user.may("projects.read_entity"):
            return projects
        if user.may("channel.own"):
            return projects.filter(assignments__cp=user)
        return projects.filter(developer=user)


class Project(models.Model):
    """A builder's project that CPs sell (channel.md, projects)."""

    class Status(models.TextChoices):
        UPCOMING = "upcoming"
        ACTIVE = "active"
        SOLD_OUT = "sold_out"
        ARCHIVED = "archived"

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="projects")
    developer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="projects")
    title = models.CharField(max_length=200)
    city = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        indexes = [models.Index(fields=["entity", "title"], name="project_list")]

    def __str__(self):
        return self.title


class ProjectAssignment(models.Model):
    """A CP who may sell a project (channel.md, cp_project_map)."""

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    cp = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="CP", on_delete=models.CASCADE, related_name="project_assignments"
    )
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="assignments")
    assigned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cp", "project"], name="projectassignment_once")]

    def __str__(self):
        return f"{self.cp_id} sells {self.project_id}"
