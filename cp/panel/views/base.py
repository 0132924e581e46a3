"""What every page of the panel stands on."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import FormView

from betterside.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from crm.services import access


class PanelMixin(LoginRequiredMixin):
    """A page for people with a seat whose role has the view's right; times are shown in the entity's zone.

    A refusal that names fields goes back into the form (`refused`); any other becomes its page: 403, 404 or 409.
    """

    right = "channel.use"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        if not request.user.is_approved or not request.user.may(self.right):
            return render(request, "panel/no_access.html", {"user": request.user}, status=403)
        with timezone.override(request.user.entity.zone):
            return self._answer(request, *args, **kwargs)

    def _answer(self, request, *args, **kwargs):
        try:
            response = super().dispatch(request, *args, **kwargs)
            return response.render() if hasattr(response, "render") else response
        except NotFound as error:
            return render(request, "404.html", {"message": error.message}, status=404)
        except NotAllowed as error:
            raise PermissionDenied(error.message) from error


def refused(form, error: DomainError, **names: str) -> None:
    """Put a service's refusal beside the fields it is about; `names` maps a service's field to the form's."""
    for field, message in (error.fields or {"": error.message}).items():
        name = names.get(field, field)
        form.add_error(name if name in form.fields else None, message)


class FormPage(PanelMixin, FormView):
    """A form that does one thing: `act(form)` calls the service and returns what to say; a refusal stays beside the
    form, with status 400. `write_right` is asked of a POST before its form is looked at."""

    write_right = "channel.use"
    names: dict[str, str] = {}  # a service's field → the form's

    def post(self, request, *args, **kwargs):
        access.require(request.user, self.write_right)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            said = self.act(form)
        except (Invalid, Conflict) as error:
            refused(form, error, **self.names)
            return self.form_invalid(form)
        messages.success(self.request, said)
        return redirect(self.get_success_url())

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=400)


class UserFormPage(FormPage):
    """A form page whose form asks what its user may choose."""

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}
