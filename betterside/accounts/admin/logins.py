from django.contrib import admin
from unfold.contrib.filters.admin import RadioFilter

from betterside.staff.admins import ReadOnlyAdmin
from betterside.staff.questions import Question, carry_out

from ..models import Login
from ..services import logins


class OpenFilter(RadioFilter):
    title, parameter_name = "state", "state"

    def lookups(self, request, model_admin):
        return [("open", "Open"), ("ended", "Ended")]

    def queryset(self, request, queryset):
        if self.value() in ("open", "ended"):
            return queryset.filter(ended_at__isnull=self.value() == "open")
        return queryset


@admin.register(Login)
class LoginAdmin(ReadOnlyAdmin):
    list_display = [
        "user",
        "address",
        "user_agent",
        "created_at",
        "refreshed_at",
        "expires_at",
        "ended_at",
        "end_reason",
    ]
    list_filter = [OpenFilter, "end_reason"]
    list_select_related = ["user"]
    search_fields = ["user__email", "address"]
    # The indexed moment; a login that is refreshed moves up.
    ordering = ["-expires_at"]
    sortable_by = ()
    exclude = ["stamp", "refresh_jti"]
    actions = ["end"]

    def has_end_permission(self, request):
        return request.user.has_perm("accounts.change_login")

    @admin.action(description="End the selected logins", permissions=["end"])
    def end(self, request, queryset):
        end = Question("end", "End logins", "End", "Ended", apply=lambda login: logins.end(login=login))
        carry_out(self, request, queryset.open().select_related("user"), end)
