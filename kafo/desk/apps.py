from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "kafo.desk"
    label = "desk"
