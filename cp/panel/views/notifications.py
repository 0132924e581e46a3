"""The bell, the list behind it, and which kinds come by mail too."""

import json

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import TemplateView, View

from betterside.realtime import notifications
from betterside.realtime.models import Notification

from ..forms import ChoicesForm
from .base import PanelMixin

PAGE = 20
MOST_NEWS = 3


class BellView(PanelMixin, TemplateView):
    """The bell alone. `new` names notifications that just came: each is a toast."""

    template_name = "panel/inc/bell.html"

    def get(self, request):
        answer = super().get(request)
        ids = [int(text) for text in request.GET.getlist("new") if text.isascii() and text.isdigit()][:100]
        fresh = Notification.objects.visible_to(request.user).filter(pk__in=ids)[:MOST_NEWS]
        if said := " · ".join(notification.title for notification in fresh):
            answer.headers["HX-Trigger"] = json.dumps({"toast": {"message": said, "level": "info"}})
        return answer


class ListView(PanelMixin, TemplateView):
    template_name = "panel/notifications.html"

    def get_context_data(self, **kwargs):
        found = Notification.objects.visible_to(self.request.user).unread_first()
        return super().get_context_data(page=Paginator(found, PAGE).get_page(self.request.GET.get("page")), **kwargs)


class ReadView(PanelMixin, View):
    """Marks one as read and goes where it points."""

    http_method_names = ["post"]

    def post(self, request, pk):
        found = Notification.objects.seen_by(request.user, pk=pk)
        notifications.mark_read(notification=found)
        local = url_has_allowed_host_and_scheme(found.url, allowed_hosts=None)
        return redirect(found.url if local else "panel:notifications")


class ReadAllView(PanelMixin, View):
    http_method_names = ["post"]

    def post(self, request):
        notifications.mark_all_read(user=request.user)
        return redirect("panel:notifications")


class ChoicesView(PanelMixin, View):
    """The second form of the profile page."""

    http_method_names = ["post"]

    def post(self, request):
        form = ChoicesForm(request.POST)
        form.is_valid()
        notifications.choose_mail(user=request.user, choices=form.cleaned_data)
        messages.success(request, "Notification choices saved.")
        return redirect("panel:profile")
