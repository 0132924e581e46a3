"""The table of contents. Each app lists its own routes; the last line of each prefix answers what nobody knows."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from betterside.api.views import unknown_path
from betterside.health import healthz, readyz

api = [
    path("schema", SpectacularAPIView.as_view(permission_classes=[], authentication_classes=[]), name="schema"),
    path(
        "docs",
        SpectacularSwaggerSplitView.as_view(url_name="schema", permission_classes=[], authentication_classes=[]),
        name="docs",
    ),
    path("", include("betterside.accounts.api.urls")),
    path("", include("betterside.realtime.api.urls")),
    path("", include("marketing.api.urls")),
    path("cp/", include("cp.api.urls")),
    path("", include("crm.api.sales.urls")),
    path("", include("crm.api.growth.urls")),
    path("", include("crm.api.practice.urls")),
]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("api/", include(api)),
    path("auth/", include("crm.api.practice.auth_urls")),
    re_path(r"^(api|auth)(/.*)?$", unknown_path),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url="/static/img/favicon.svg")),
    path("", include("betterside.accounts.urls")),
    path("", include("cp.panel.urls")),
]
handler404 = "betterside.api.pages.not_found"
handler403 = "betterside.api.pages.forbidden"
handler500 = "betterside.api.pages.server_error"
