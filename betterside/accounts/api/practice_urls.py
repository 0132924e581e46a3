from django.urls import path

from . import practice

urlpatterns = [
    path("login", practice.PracticeAuthViewSet.as_view({"post": "login"}), name="practice-login"),
    path("me", practice.PracticeMeViewSet.as_view({"get": "me"}), name="practice-me"),
]
