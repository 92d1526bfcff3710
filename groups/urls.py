from django.urls import path

from groups.views import changes, tree

urlpatterns = [
    path("groups/", tree.group_list, name="group-list"),
    path("groups/add/", changes.group_add, name="group-add"),
    path("groups/<int:pk>/", tree.group_detail, name="group-detail"),
    path("groups/<int:pk>/rename/", changes.group_rename, name="group-rename"),
    path("groups/<int:pk>/move/", changes.group_move, name="group-move"),
    path("groups/<int:pk>/delete/", changes.group_delete, name="group-delete"),
]
