from django.urls import path

from .public import views

app_name = "consults"

urlpatterns = [
    path("book-a-consult/", views.request_consult, name="request"),
    path("book-a-consult/sent/", views.sent, name="sent"),
    path("consults/<str:token>/", views.own_page, name="own_page"),
    path("consults/<str:token>/calendar.ics", views.calendar, name="calendar"),
]
