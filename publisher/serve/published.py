"""The files that `generate` has written, and the pictures: what a host has of a site that this program makes."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.channels import page_names
from publisher.outputs.manifest import NAME, Manifest, read_manifest
from publisher.pages.http_headers import (
    PAGE_TYPES,
    SERVED_TYPES,
    SUBSCRIBE_PAGE,
    cache_control,
    full_type,
    topic_link,
)
from publisher.posts import IMAGE_TYPES
from publisher.serve.addresses import name_below
from publisher.serve.files import FileStore, Missing, is_settled, mark_of
from publisher.site import FEED_NAMES

if TYPE_CHECKING:
    from publisher.pages.redirects import OldPath
    from publisher.serve.representation import Representation
    from publisher.site import Site

_FORMS = {name: form for form, name in FEED_NAMES.items()}
# Of what lies there for hosts and programs.
_TYPES = {".gz": "application/gzip", ".json": "application/json"}
_OTHER = "text/plain; charset=utf-8"
# What a text can show beside pictures. Scripts in drawings are nobody's.
_MEDIA = {
    **IMAGE_TYPES,
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".svg": "image/svg+xml",
    ".vtt": "text/vtt; charset=utf-8",
    ".webm": "video/webm",
}
_DRAWING = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}


class Published:
    """The files of a site that a visitor may fetch; none but those that the manifest names, and pictures."""

    def __init__(self) -> None:
        self._files = FileStore()
        self._manifest: tuple[object, Manifest] | None = None

    def manifest(self, site: Site) -> Manifest:
        """Return what the last `generate` wrote down."""
        try:
            about = (site.feeds / NAME).stat()
        except OSError:
            return Manifest()
        mark = (site.feeds, mark_of(about))
        if self._manifest is None or self._manifest[0] != mark:
            self._manifest = mark if is_settled(about) else None, read_manifest(site.feeds)
        return self._manifest[1]

    def feed_file(self, path: OldPath, site: Site) -> Representation | None:
        """Return the file that `generate` has put to a path; None where there is none."""
        name = name_below(path, site.syndication.url)
        if name is None:
            return None
        manifest = self.manifest(site)
        name = name or SUBSCRIBE_PAGE
        if name not in manifest.files:
            return None
        copy = f"{name}.gz"
        try:
            return self._files.read(
                site.feeds,
                name,
                _type(name),
                headers=_headers(name, manifest, site),
                compressible=not name.endswith(".gz"),
                copy=copy if copy in manifest.files else None,
            )
        except Missing:
            return None

    def picture(self, path: OldPath, site: Site) -> Representation | None:
        """Return a picture, or what else a text can show, of the site's folder of pictures; None where there is none."""
        name = name_below(path, site.images.url) if site.images else None
        if site.images is None or not name:
            return None
        suffix = PurePosixPath(name).suffix.lower()
        # Posts may lie in the same folder, and what others leave behind.
        if suffix not in _MEDIA or any(part.startswith(".") for part in name.split("/")):
            return None
        headers = {"cache-control": "no-cache", **(_DRAWING if suffix == ".svg" else {})}
        try:
            return self._files.read(
                site.images.directory,
                name,
                _MEDIA[suffix],
                headers=headers,
                compressible=suffix in {".svg", ".vtt"},
            )
        except Missing:
            return None


def _type(name: str) -> str:
    """Return the media type that hosts are told to send a file of the feeds' folder with."""
    last = name.rpartition("/")[2]
    if last in _FORMS:
        return full_type(SERVED_TYPES[_FORMS[last]])
    return (
        full_type(PAGE_TYPES[last]) if last in PAGE_TYPES else _TYPES.get(PurePosixPath(last).suffix, _OTHER)
    )


def _headers(name: str, manifest: Manifest, site: Site) -> dict[str, str]:
    """Say of a file what hosts are told to say of it."""
    folder, _, last = name.rpartition("/")
    form = _FORMS.get(last)
    if form is None or folder not in manifest.channels:
        return {"cache-control": cache_control(site)}
    if page_names([folder]):
        return {"cache-control": cache_control(site, archive=True)}
    return {"cache-control": cache_control(site, topic=True), "link": topic_link(folder, form, site)}
