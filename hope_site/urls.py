"""Every address of the site."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteMixin
from django.forms import ModelMultipleChoiceField
from django.urls import include, path

from donations.urls import pages as giving_pages
from hope_site import errors, health, home, posted_keys, sandbox, wellknown
from supporters import desk
from updates.urls import pages as updates_pages

admin.site.login = desk.login(secure_admin_login(admin.site.login))  # type: ignore[method-assign]
admin.site.has_permission = desk.permission(admin.site.has_permission)  # type: ignore[method-assign, assignment]
AutocompleteMixin.optgroups = posted_keys.choices(AutocompleteMixin.optgroups)  # type: ignore[method-assign]
ModelMultipleChoiceField._check_values = posted_keys.several(ModelMultipleChoiceField._check_values)  # type: ignore[attr-defined]
admin.ModelAdmin.response_action = posted_keys.selected(admin.ModelAdmin.response_action)  # type: ignore[method-assign]

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("robots.txt", wellknown.robots, name="robots"),
    path(".well-known/security.txt", wellknown.security, name="security-txt"),
    path("admin/", admin.site.urls),
    path("account/", include("supporters.urls")),
    path("", include("stories.media_urls")),
    path("", include("donations.urls")),
    path("preview/", include("stories.preview_urls")),
    path("portal/", include("portal.urls")),
    path("updates/", include("updates.urls")),
    *i18n_patterns(
        path("", home.home, name="home"),
        path("stories/", include("stories.urls")),
        path("", include(giving_pages)),
        path("updates/", include(updates_pages)),
        prefix_default_language=False,
    ),
    path("sitemap.xml", wellknown.sitemap, name="sitemap"),
]

if settings.SANDBOX:
    urlpatterns += [path("sandbox/", include((sandbox.urlpatterns, "sandbox")))]

handler404 = errors.not_found
handler500 = errors.server_error
