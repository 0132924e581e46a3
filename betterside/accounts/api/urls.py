from django.urls import path

from . import registration, sessions, views

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
]
