"""What a page says when something went wrong: plain words, and what to do now."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404, also for what one may not know of."""
    return render(request, "desk/404.html", status=404)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """413 when too much was sent, else 400."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return render(request, f"desk/{status}.html", status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form does not belong to this session any more."""
    return render(request, "desk/403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500. Rendered without asking who is signed in: the database may be what failed."""
    return render(request, "desk/500.html", status=500)
