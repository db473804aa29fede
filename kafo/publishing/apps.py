from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "kafo.publishing"
    label = "publishing"
