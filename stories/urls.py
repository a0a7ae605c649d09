"""Addresses of the stories, below /stories/ (and /es/stories/)."""

from django.urls import path

from stories import views
from stories.feeds import stories_feed

app_name = "stories"

urlpatterns = [
    path("", views.story_list, name="list"),
    path("feed/", stories_feed, name="feed"),
    path("<slug:slug>/", views.story, name="story"),
]
