from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """Django's admin with BetterSide's site in place of the default one."""

    default_site = "betterside.staff.site.StaffSite"
