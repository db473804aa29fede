"""The server of one office: granian kafo.federation.tests.served:application"""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "kafo.federation.tests.process_settings"

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()

from kafo.federation.tests.process import own_node  # noqa: E402

own_node()
