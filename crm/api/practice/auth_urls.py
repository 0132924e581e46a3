from django.urls import path

from .auth import PracticeAuthViewSet, PracticeMeViewSet

urlpatterns = [
    path("login", PracticeAuthViewSet.as_view({"post": "login"}), name="practice-login"),
    path("me", PracticeMeViewSet.as_view({"get": "me"}), name="practice-me"),
]
