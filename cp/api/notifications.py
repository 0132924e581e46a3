"""/api/cp/notifications: the bell, and which kinds also come by mail."""

from rest_framework import serializers
from rest_framework.response import Response

from betterside.api.paging import PageQuery
from betterside.api.schema import documented
from betterside.api.shapes import Shape
from betterside.realtime import notifications
from betterside.realtime.models import Notification
from betterside.realtime.notifications import Kind

from .base import ChannelViewSet
from .envelopes import one, one_schema, page, page_schema


class NotificationQuery(PageQuery):
    unread = serializers.BooleanField(default=False, help_text="Only those not read yet.")


class NotificationShape(Shape):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField(allow_null=True)
    url = serializers.CharField(allow_null=True)
    subject_id = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class ReadShape(serializers.Serializer):
    read = serializers.IntegerField(help_text="How many were unread until now.")


class NotificationViewSet(ChannelViewSet):
    @documented(
        query=NotificationQuery,
        answer=page_schema(NotificationShape, unread=serializers.IntegerField()),
        summary="One's notifications, unread first, then the newest",
    )
    def list(self, request):
        query = self.query(NotificationQuery)
        mine = Notification.objects.visible_to(request.user).unread_first()
        unread = mine.unread().count()
        return page(NotificationShape, mine.unread() if query["unread"] else mine, query, unread=unread)

    @documented(answer=one_schema("notification", NotificationShape), summary="Mark as read")
    def read(self, request, notification_id):
        found = Notification.objects.seen_by(request.user, pk=notification_id)
        return one("notification", NotificationShape, notifications.mark_read(notification=found))

    @documented(answer=ReadShape, summary="Mark all as read", operation_id="cp_notifications_read_all")
    def read_all(self, request):
        return Response({"read": notifications.mark_all_read(user=request.user)})


def _mail_choices(**kwargs) -> dict:
    return {kind.value: serializers.BooleanField(help_text=f"A mail when {kind.label}.", **kwargs) for kind in Kind}


# One field per kind: a kind nobody defined is refused, and the document lists all.
ChoicesShape = type("NotificationChoices", (serializers.Serializer,), _mail_choices())
ChoicesChange = type("NotificationChoicesChange", (serializers.Serializer,), _mail_choices(required=False))


class ChoiceViewSet(ChannelViewSet):
    @documented(answer=one_schema("mail", ChoicesShape), summary="Which kinds come by mail too")
    def retrieve(self, request):
        return self.answer(notifications.choices_of(request.user))

    @documented(body=ChoicesChange, answer=one_schema("mail", ChoicesShape), summary="Choose which come by mail")
    def update(self, request):
        return self.answer(notifications.choose_mail(user=request.user, choices=self.body(ChoicesChange)))

    @staticmethod
    def answer(choices) -> Response:
        return Response({"mail": {kind.value: choices.wants_mail(kind) for kind in Kind}})
