from django.urls import path

from . import registration, sessions, users, views

urlpatterns = [
    path("auth/register", registration.RegistrationViewSet.as_view({"post": "register"}), name="auth-register"),
    path("auth/verify-otp", registration.RegistrationViewSet.as_view({"post": "verify"}), name="auth-verify-otp"),
    path("auth/resend-otp", registration.RegistrationViewSet.as_view({"post": "resend"}), name="auth-resend-otp"),
    path("auth/password/forgot", registration.PasswordViewSet.as_view({"post": "forgot"}), name="auth-forgot"),
    path("auth/password/reset", registration.PasswordViewSet.as_view({"post": "reset"}), name="auth-reset"),
    path("auth/login", views.AuthViewSet.as_view({"post": "login"}), name="auth-login"),
    path("auth/refresh", views.AuthViewSet.as_view({"post": "refresh"}), name="auth-refresh"),
    path("auth/logout", views.LogoutViewSet.as_view({"post": "logout"}), name="auth-logout"),
    path("auth/me", views.SessionViewSet.as_view({"get": "me"}), name="auth-me"),
    path("auth/sessions", sessions.LoginViewSet.as_view({"get": "list"}), name="auth-sessions"),
    path("auth/sessions/<uuid:sid>", sessions.LoginViewSet.as_view({"delete": "destroy"}), name="auth-session"),
    path("users", users.UserViewSet.as_view({"get": "list", "post": "create"}), name="users"),
    path("users/<int:user_id>", users.UserViewSet.as_view({"get": "retrieve", "patch": "partial_update"}), name="user"),
    path("users/<int:user_id>/approve", users.UserViewSet.as_view({"post": "approve"}), name="user-approve"),
    path("users/<int:user_id>/deactivate", users.UserViewSet.as_view({"post": "deactivate"}), name="user-deactivate"),
]
