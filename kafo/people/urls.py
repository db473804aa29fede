from kafo.people.account_urls import account_patterns

desk_urlpatterns = [*account_patterns]
