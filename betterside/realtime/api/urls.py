from django.urls import path

from . import views

urlpatterns = [
    path("events", views.events, name="events"),
    path("events/ticket", views.TicketViewSet.as_view({"post": "create"}), name="events-ticket"),
]
