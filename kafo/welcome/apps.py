from django.apps import AppConfig


class WelcomeConfig(AppConfig):
    name = "kafo.welcome"
    label = "welcome"
