"""Serve: a site over HTTP on this machine, for previewing and for testing feed readers."""

from publisher.serve.app import Exchange
from publisher.serve.server import PreviewServer

__all__ = ["Exchange", "PreviewServer"]
