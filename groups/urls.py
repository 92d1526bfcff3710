from django.urls import path

from groups import views

urlpatterns = [path("groups/", views.group_list, name="group-list")]
