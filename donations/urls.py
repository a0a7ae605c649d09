"""Where giving happens. The provider's door and the verify page speak no language prefix: providers and paper know one address."""

from django.urls import path

from donations import door, views

# Under every language's prefix.
pages = [
    path("give/", views.give, name="give"),
    path("give/thanks/<str:reference>/", views.thanks, name="thanks"),
    path("give/<slug:appeal>/", views.give, name="give-appeal"),
    path("freedom-partner/", views.freedom_partner, name="freedom-partner"),
]

urlpatterns = [
    path("give/notices/<slug:provider>/", door.notice, name="notices"),
    path("give/receipts/<str:code>/", views.verify_receipt, name="verify-receipt"),
]
