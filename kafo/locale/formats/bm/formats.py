"""Bambara writes numbers and dates as French does in Mali."""

from django.conf.locale.fr.formats import *  # noqa: F403
