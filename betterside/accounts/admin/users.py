from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Permission
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import action

from betterside.errors import Conflict, NotAllowed
from betterside.realtime import events
from betterside.staff.admins import StaffAdmin
from betterside.staff.questions import Question, ask, carry_out

from ..forms import AdminSetPasswordForm
from ..models import User
from ..roles import OWNERS, Role
from ..services import users
from .forms import NewUserForm, UserForm

# Who a field of this name can name, so that its search offers nobody else.
ROLES_OF_FIELD = {"assigned_user": OWNERS, "cp": {Role.CP}, "developer": {Role.DEVELOPER}}
RIGHTS = ["is_staff", "is_superuser", "groups", "user_permissions"]
NAMES = ["first_name", "last_name", "phone"]


@admin.register(User)
class UserAdmin(DjangoUserAdmin, StaffAdmin):
    """Seats change by actions, attributes by the form; both through accounts.services."""

    form, add_form, change_password_form = UserForm, NewUserForm, AdminSetPasswordForm
    list_display = ["email", "get_full_name", "role", "entity", "is_active", "is_approved", "is_verified", "last_login"]
    list_filter = [("entity", AutocompleteSelectFilter), "role", "is_active", "is_approved", "is_verified", "is_staff"]
    list_select_related = ["entity"]
    search_fields = ["email", "username", "first_name", "last_name"]
    ordering = ["-id"]
    autocomplete_fields = ["entity"]
    readonly_fields = [
        "new_password",
        "is_active",
        "is_approved",
        "last_login",
        "last_activity",
        "created_at",
        "updated_at",
    ]
    actions = ["approve_selected", "deactivate_selected", "activate_selected"]
    actions_detail = ["approve", "deactivate", "activate"]
    fieldsets = [
        (None, {"fields": ["email", "username", "new_password", *NAMES]}),
        ("Seat", {"fields": ["entity", "role", "is_active", "is_approved", "is_verified", "is_away"]}),
        ("Staff", {"fields": RIGHTS, "classes": ["tab"]}),
        ("Times", {"fields": ["last_login", "last_activity", "created_at", "updated_at"], "classes": ["tab"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "username", "password1", "password2", *NAMES]}),
        ("Seat", {"fields": ["entity", "role", "is_verified", "is_approved"]}),
    ]

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        return [*self.readonly_fields, *([] if request.user.is_superuser else RIGHTS)]

    def has_change_permission(self, request, obj=None):
        """Staff accounts are a superuser's to change: else a password set here would lend their rights."""
        if obj is not None and not request.user.is_superuser and (obj.is_staff or obj.is_superuser):
            return False
        return super().has_change_permission(request, obj)

    def get_search_results(self, request, queryset, search_term):
        if roles := ROLES_OF_FIELD.get(request.GET.get("field_name")):
            queryset = queryset.filter(role__in=roles, is_active=True, is_approved=True)
        return super().get_search_results(request, queryset, search_term)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "user_permissions":
            kwargs["queryset"] = Permission.objects.select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.save()
            return
        fields = set(form.changed_data) - {"entity", "groups", "user_permissions"}
        obj.save(update_fields=[*fields, "updated_at"])
        events.doubt(user_id=obj.pk)
        if "entity" in form.changed_data:
            users.move(user=obj, entity=form.cleaned_data["entity"])

    @admin.display(description="Password")
    def new_password(self, user):
        """Nothing of the hash is shown, as Django would: not even its salt helps anybody here."""
        return format_html(
            '<a href="{}">Set another password</a>', reverse("admin:auth_user_password_change", args=[user.pk])
        )

    # --- Seats -----------------------------------------------------------------------------------

    def question(self, request, name: str) -> Question:
        """Approve, deactivate or activate, by accounts.services.users' function of that name."""

        def apply(user):
            if not self.has_change_permission(request, user):
                raise NotAllowed("Only a superuser may change staff accounts.")
            if user.pk == request.user.pk and name == "deactivate":
                raise Conflict("You cannot deactivate yourself.")
            getattr(users, name)(user=user)

        done = {"approve": "Approved", "deactivate": "Deactivated", "activate": "Activated"}[name]
        warning = "Every login of this person ends at once." if name == "deactivate" else ""
        return Question(name, f"{name.title()} account", name.title(), done, apply, warning=warning)

    def _ask(self, request, object_id, name: str):
        user = self.get_object(request, object_id)
        if user is None:
            return redirect("admin:accounts_user_changelist")
        page = reverse("admin:accounts_user_change", args=[user.pk])
        return ask(self, request, [user], self.question(request, name), back=page)

    def _user(self, request, object_id):
        return self.get_object(request, str(object_id)) if object_id else None

    def has_approve_permission(self, request, object_id=None):
        user = self._user(request, object_id)
        return self.has_change_permission(request, user) and not (user and user.is_approved)

    def has_deactivate_permission(self, request, object_id=None):
        user = self._user(request, object_id)
        return self.has_change_permission(request, user) and not (user and not user.is_active)

    def has_activate_permission(self, request, object_id=None):
        user = self._user(request, object_id)
        return self.has_change_permission(request, user) and not (user and user.is_active)

    @action(description="Approve", icon="how_to_reg", permissions=["approve"])
    def approve(self, request, object_id):
        return self._ask(request, object_id, "approve")

    @action(description="Deactivate", icon="block", permissions=["deactivate"])
    def deactivate(self, request, object_id):
        return self._ask(request, object_id, "deactivate")

    @action(description="Activate", icon="check_circle", permissions=["activate"])
    def activate(self, request, object_id):
        return self._ask(request, object_id, "activate")

    @admin.action(description="Approve the selected accounts", permissions=["change"])
    def approve_selected(self, request, queryset):
        carry_out(self, request, queryset, self.question(request, "approve"))

    @admin.action(description="Deactivate the selected accounts", permissions=["change"])
    def deactivate_selected(self, request, queryset):
        carry_out(self, request, queryset, self.question(request, "deactivate"))

    @admin.action(description="Activate the selected accounts", permissions=["change"])
    def activate_selected(self, request, queryset):
        carry_out(self, request, queryset, self.question(request, "activate"))
