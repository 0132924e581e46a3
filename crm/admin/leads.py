from django.contrib import admin
from django.shortcuts import redirect
from django.urls import reverse
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from betterside.accounts.models import Entity
from betterside.staff.admins import StaffAdmin, pretty_json
from betterside.staff.questions import Question, ask

from ..models import Lead
from ..services import access, erasure, leads
from . import changes
from .filters import DeletedFilter, MomentFilter, OwnerFilter, StatusFilter
from .forms import AssignForm, LeadChangeForm, MoveForm, NewLeadForm
from .history import ActivityInline, AssignmentInline, StageInline
from .transfer import LeadTransfer

PERSON = ["first_name", "last_name", "email", "phone", "company", "job_title"]
DEAL = ["source", "platform", "score", "value", "project", "campaign", "notes", "is_test"]
OWN = ["entity", "pipeline", "lead_code", "public_id", "full_name", "phone_e164", "duplicate_of", "ads_request"]
CAPTURED = ["source_page_id", "source_page_name", "consent_time", "answers"]
TIMES = [
    "created_at",
    "updated_at",
    "first_assigned_at",
    "assigned_at",
    "last_interaction_at",
    "closed_at",
    "deleted_at",
]
# What only the form knows: notes that go into the history.
FORM_ONLY = ["status_notes", "reason", "seen"]


@admin.register(Lead)
class LeadAdmin(LeadTransfer, StaffAdmin):
    """Leads of every entity. Whatever is changed here is changed by crm.services, in the person's name."""

    list_display = [
        "__str__",
        "lead_code",
        "entity",
        "pipeline_word",
        "status_word",
        "platform",
        "assigned_user",
        "created_at",
    ]
    list_filter = [
        ("entity", AutocompleteSelectFilter),
        ("pipeline", RelatedDropdownFilter),
        StatusFilter,
        "platform",
        OwnerFilter,
        ("assigned_user", AutocompleteSelectFilter),
        ("created_at", MomentFilter),
        DeletedFilter,
    ]
    list_select_related = ["entity", "status", "assigned_user"]
    search_fields = ["search_text"]
    search_help_text = "By name, company, e-mail, phone or lead code."
    # Newest first by the primary key, which is indexed over all entities; other orders would sort all leads.
    ordering = ["-id"]
    sortable_by = ()
    autocomplete_fields = ["entity", "assigned_user", "project", "campaign"]
    readonly_fields = [*OWN, *CAPTURED, *TIMES]
    actions = ["assign_selected", "move_selected", "delete_leads"]
    actions_detail = ["delete_lead", "erase_person"]

    def get_queryset(self, request):
        leads_of_all = Lead.with_deleted.select_related("entity", "pipeline", "status", "assigned_user")
        return leads_of_all.order_by(*self.ordering)

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        if not term:
            return queryset, False
        # Codes are unique per entity: asked entity by entity, the index finds them.
        coded = queryset.filter(entity__in=Entity.objects.values("pk"), lead_code__in={term, term.upper()})
        return (coded if coded.exists() else queryset.matching(term)), False

    @admin.display(description="Pipeline", ordering="pipeline")
    def pipeline_word(self, lead):
        return lead.pipeline_id

    @display(description="Status", ordering="status", label={"open": "info", "won": "success", "lost": "danger"})
    def status_word(self, lead):
        state = "won" if lead.status.is_won else "lost" if lead.status.is_lost else "open"
        return state, lead.status.name

    @admin.display(description="Answers as they came")
    def answers(self, lead):
        return pretty_json(lead.raw_field_data)

    # --- The page of one lead --------------------------------------------------------------------

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not (obj and obj.deleted_at)

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change, form=LeadChangeForm if obj else NewLeadForm, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields if obj else []

    def get_inlines(self, request, obj):
        return [StageInline, AssignmentInline, ActivityInline] if obj else []

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [
                (None, {"fields": ["entity", "pipeline", "status", "lead_code"]}),
                ("Person", {"fields": PERSON}),
                ("Owner", {"fields": ["assigned_user", "reason"]}),
                ("Deal", {"fields": DEAL}),
            ]
        stage = ["status", "status_notes", "assigned_user", "reason", "seen"]
        if not self.has_change_permission(request, obj):
            stage = [name for name in stage if name not in FORM_ONLY]
        return [
            ("Person", {"fields": PERSON}),
            ("Stage and owner", {"fields": stage}),
            ("Deal", {"fields": DEAL}),
            ("Record", {"fields": [*OWN, *TIMES], "classes": ["tab"]}),
            ("Captured", {"fields": CAPTURED, "classes": ["tab"]}),
        ]

    def save_model(self, request, obj, form, change):
        by = access.staff(request.user)
        if change:
            changes.save(lead=obj, form=form, by=by)
        else:
            changes.add(lead=obj, form=form, by=by)

    # --- Actions ---------------------------------------------------------------------------------

    @admin.action(description="Assign to …", permissions=["change"])
    def assign_selected(self, request, queryset):
        by = access.staff(request.user)
        question = Question(
            action="assign_selected",
            title="Assign leads",
            button="Assign",
            done="Assigned",
            form=AssignForm,
            apply=lambda lead, to, reason: changes.give(lead=lead, to=to, by=by, reason=reason),
        )
        return ask(self, request, queryset, question)

    @admin.action(description="Move to status …", permissions=["change"])
    def move_selected(self, request, queryset):
        by = access.staff(request.user)
        question = Question(
            action="move_selected",
            title="Move leads",
            button="Move",
            done="Moved",
            form=MoveForm,
            apply=lambda lead, to, notes: changes.move(lead=lead, to=to, by=by, notes=notes),
        )
        return ask(self, request, queryset, question)

    def deletion(self, request, name: str) -> Question:
        by = access.staff(request.user)
        return Question(
            action=name,
            title="Delete leads",
            button="Delete",
            done="Deleted",
            apply=lambda lead: leads.delete(lead=lead, by=by),
            warning="No list shows a deleted lead any more; its history stays, and the filter “Deleted” finds it here.",
            dangerous=True,
        )

    @admin.action(description="Delete the selected leads …", permissions=["change"])
    def delete_leads(self, request, queryset):
        return ask(self, request, queryset, self.deletion(request, "delete_leads"))

    def has_deletion_permission(self, request, object_id=None):
        lead = self.get_object(request, str(object_id)) if object_id else None
        return self.has_change_permission(request, lead)

    @action(description="Delete", icon="delete", url_path="soft-delete", permissions=["deletion"])
    def delete_lead(self, request, object_id):
        lead = self.get_object(request, object_id)
        if lead is None:
            return redirect("admin:crm_lead_changelist")
        return ask(
            self, request, [lead], self.deletion(request, "delete_lead"), back=reverse("admin:crm_lead_changelist")
        )

    def has_erasure_permission(self, request, object_id=None):
        """Also for leads that are deleted already."""
        return super().has_change_permission(request)

    @action(description="Erase the person", icon="person_off", url_path="erase", permissions=["erasure"])
    def erase_person(self, request, object_id):
        lead = self.get_object(request, object_id)
        back = reverse("admin:crm_lead_changelist")
        return ask(self, request, [lead], self.erasure(request), back=back) if lead else redirect(back)

    def erasure(self, request) -> Question:
        by = access.staff(request.user)

        def erase(lead):
            erasure.erase_lead(lead=lead, by=by)
            lead.refresh_from_db()  # the staff log, written next, names it

        return Question(
            action="erase_person",
            title="Erase the person",
            button="Erase",
            done="Erased",
            apply=erase,
            warning="Everything that this entity knows of the person goes, from all their leads and contacts. "
            "This cannot be undone. Old enquiries do not come back; a new one is a new lead.",
            dangerous=True,
        )
