"""What every list and page of the staff admin has in common."""

import json

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.views import ChangeList

from betterside.errors import DomainError

from .paging import CappedPaginator


class StaffChangeList(ChangeList):
    def get_results(self, request):
        """Rows are counted once, for the list's foot; the theme's header would say the count again as a search's."""
        super().get_results(request)
        self.full_result_count = self.result_count


class StaffAdmin(ModelAdmin):
    """Rows are added and changed but never deleted; lists stay quick however many rows there are."""

    list_per_page = 50
    list_max_show_all = 50
    list_disable_select_all = True
    list_filter_submit = True
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    warn_unsaved_form = True
    view_on_site = False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_changelist(self, request, **kwargs):
        return StaffChangeList

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Beside a choice stands the way to the chosen row, none to add or change rows on the side."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_add_related = field.widget.can_change_related = False
        return field

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """What a service refuses while saving is shown on the form, with all that was typed.

        The first pass was rolled back when the refusal left it; the second finds the refusal in its form.
        """
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as refusal:
            request.refusal = refusal
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", None)
        return with_refusal(form, refusal) if refusal else form


def with_refusal(form_class, refusal: DomainError):
    """The form, found invalid for the refusal's reasons: beside their fields where it has these."""

    class RefusedForm(form_class):
        def clean(self):
            cleaned = super().clean()
            for name, text in (refusal.fields or {"": refusal.message}).items():
                names = [name, name.removesuffix("_id")]
                self.add_error(next((found for found in names if found in self.fields), None), text)
            return cleaned

    return RefusedForm


class ReadOnly:
    """Mixed into an admin or inline whose rows only services write."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ReadOnlyAdmin(ReadOnly, StaffAdmin):
    pass


class HistoryInline(ReadOnly, TabularInline):
    """A row's history, newest first, one page at a time: `per_page` rows however long it is."""

    per_page = 10
    extra = 0
    tab = True
    hide_title = True
    show_change_link = False


def pretty_json(value):
    """JSON for a read-only field, as text: whatever it holds is escaped."""
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    return format_html('<pre class="staff-json">{}</pre>', text)
