"""Offline media as Django knows them."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "nianlun.media"
    verbose_name = "离线介质"
