"""The search of Wagtail's lists, by plain LIKE: without its index nothing can be out of date."""

from modelsearch.apps import ModelSearchAppConfig


class PlainSearchConfig(ModelSearchAppConfig):
    """Stands for the app of the index, and connects none of what would keep one."""

    name = "modelsearch"
    backend_setting_name = "WAGTAILSEARCH_BACKENDS"

    def ready(self) -> None:
        pass
