"""Files of leads, in and out, for staff: previewed, capped, and left in the staff log."""

import io
import zipfile

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.shortcuts import redirect
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from ..services import access
from .resource import LeadResource
from .uploads import Uploads

MOST_ROWS_IN = 500
MOST_BYTES_IN = 2_000_000
# A workbook is a ZIP archive: a small one may be large inside.
MOST_BYTES_UNPACKED = 20_000_000
MOST_ROWS_OUT = 10_000


def unpacked_size(file) -> int:
    """Bytes that a workbook unpacks to; 0 for what is no archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(file.read())) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        return 0
    finally:
        file.seek(0)


class LeadImportForm(ImportForm):
    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        if file.size > MOST_BYTES_IN or unpacked_size(file) > MOST_BYTES_UNPACKED:
            raise forms.ValidationError(f"The file is too large: at most {MOST_BYTES_IN // 1_000_000} MB.")
        return file


def capped(format_class):
    """The format, refusing more rows than an import may have."""

    class Capped(format_class):
        def create_dataset(self, in_stream, **kwargs):
            dataset = super().create_dataset(in_stream, **kwargs)
            if len(dataset) > MOST_ROWS_IN:
                raise TooManyRows
            return dataset

    return Capped


class TooManyRows(ValueError):
    pass


class LeadTransfer(ImportExportMixin):
    resource_classes = [LeadResource]
    import_form_class, export_form_class = LeadImportForm, ExportForm
    import_formats, export_formats = [capped(CSV), capped(XLSX)], [CSV, XLSX]
    tmp_storage_class = Uploads
    # With a mark by which Excel knows that it is UTF-8; reading takes it away again.
    to_encoding = from_encoding = "utf-8-sig"

    # --- In --------------------------------------------------------------------------------------

    def get_import_resource_kwargs(self, request, **kwargs):
        return {"by": access.staff(request.user)}

    def get_import_data_kwargs(self, **kwargs):
        """All rows or none: what the preview showed is what is written."""
        return super().get_import_data_kwargs(**kwargs) | {"rollback_on_validation_errors": True}

    def add_data_read_fail_error_to_form(self, form, e):
        if isinstance(e, TooManyRows):
            form.add_error("import_file", f"A file may have at most {MOST_ROWS_IN} rows.")
        else:
            super().add_data_read_fail_error_to_form(form, e)

    def process_import(self, request, **kwargs):
        try:
            return super().process_import(request, **kwargs)
        except FileNotFoundError:
            messages.error(request, "This file was imported already, or waited too long. Upload it again.")
        except (ValueError, IndexError):
            messages.error(request, "This confirmation cannot be read. Upload the file again.")
        return redirect("admin:crm_lead_import")

    def process_result(self, result, request):
        if not (result.has_errors() or result.has_validation_errors()):
            return super().process_result(result, request)
        numbers = ", ".join(str(row.number) for row in [*result.invalid_rows, *result.error_rows])
        messages.error(request, f"Nothing was imported: since the preview, rows {numbers} have become invalid.")
        return redirect("admin:crm_lead_import")

    # --- Out -------------------------------------------------------------------------------------

    def export_action(self, request):
        if (
            request.method == "POST"
            and self.get_export_queryset(request).order_by()[: MOST_ROWS_OUT + 1].count() > MOST_ROWS_OUT
        ):
            messages.error(request, f"More than {MOST_ROWS_OUT:,} leads: narrow the list with filters first.")
            return redirect(request.get_full_path())
        return super().export_action(request)

    def get_export_queryset(self, request):
        return super().get_export_queryset(request).select_related("project", "campaign")

    def get_valid_export_item_pks(self, request):
        """What is exported is the filtered list, never a selection: naming every id would read the whole table."""
        return []

    def get_export_data(self, file_format, request, queryset, **kwargs):
        data = self.get_data_for_export(request, queryset, **kwargs)
        LogEntry.objects.create(
            user=request.user,
            content_type=ContentType.objects.get_for_model(self.model),
            object_repr=f"{len(data)} leads",
            action_flag=CHANGE,
            change_message=f"Exported {len(data)} leads as {file_format.get_title()}; filter: {request.GET.urlencode() or 'none'}",
        )
        exported = file_format.export_data(data)
        return exported if file_format.is_binary() else exported.encode(self.to_encoding)
