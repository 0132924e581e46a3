from django.urls import path

from . import views

urlpatterns = [
    path("auth/login", views.AuthViewSet.as_view({"post": "login"}), name="auth-login"),
    path("auth/refresh", views.AuthViewSet.as_view({"post": "refresh"}), name="auth-refresh"),
    path("auth/logout", views.LogoutViewSet.as_view({"post": "logout"}), name="auth-logout"),
    path("auth/me", views.SessionViewSet.as_view({"get": "me"}), name="auth-me"),
]
