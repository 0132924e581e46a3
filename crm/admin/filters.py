"""What support asks of the list of leads. None of them reads through the leads for its choices."""

from django.utils.timezone import is_naive, make_aware
from unfold.contrib.filters.admin import DropdownFilter, RadioFilter, RangeDateTimeFilter
from unfold.utils import parse_datetime_str

from ..models import LeadStatus


class StatusFilter(DropdownFilter):
    """Statuses with their pipeline's name, since `new` is a word of four pipelines."""

    title, parameter_name = "status", "status"

    def lookups(self, request, model_admin):
        return [(str(status.pk), f"{status.pipeline_id}: {status.name}") for status in LeadStatus.objects.all()]

    def queryset(self, request, queryset):
        known = {value for value, _words in self.lookup_choices}
        return queryset.filter(status=self.value()) if self.value() in known else queryset


class OwnerFilter(RadioFilter):
    title, parameter_name = "ownership", "owned"

    def lookups(self, request, model_admin):
        return [("yes", "Has an owner"), ("no", "Has none")]

    def queryset(self, request, queryset):
        if self.value() in ("yes", "no"):
            return queryset.filter(assigned_user__isnull=self.value() == "no")
        return queryset


class DeletedFilter(RadioFilter):
    """Deleted leads are kept for their history and shown only when asked for."""

    title, parameter_name = "deletion", "deleted"
    all_option = ["", "Live"]

    def lookups(self, request, model_admin):
        return [("yes", "Deleted")]

    def queryset(self, request, queryset):
        return queryset.filter(deleted_at__isnull=self.value() != "yes")


class MomentFilter(RangeDateTimeFilter):
    """Between two moments, in UTC; the theme's own filter takes them for moments without a zone."""

    def queryset(self, request, queryset):
        for end, lookup in {"from": "gte", "to": "lte"}.items():
            if moment := self._moment(end):
                queryset = queryset.filter(**{f"{self.field_path}__{lookup}": moment})
        return queryset

    def _moment(self, end: str):
        parts = [self.used_parameters.get(f"{self.field_path}_{end}_{part}") or "" for part in (0, 1)]
        moment = parse_datetime_str(" ".join(parts))
        return make_aware(moment) if moment and is_naive(moment) else moment
