"""The files that `generate` has written, and the pictures: what a host has of a site that this program makes."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.channels import ChannelKind
from publisher.outputs.manifest import NAME, Manifest, read_manifest
from publisher.posts import IMAGE_TYPES
from publisher.serve.addresses import name_below
from publisher.serve.files import FileStore, Missing, is_settled, mark_of
from publisher.site import FEED_NAMES, FEED_TYPES

if TYPE_CHECKING:
    from publisher.pages.redirects import OldPath
    from publisher.serve.representation import Representation
    from publisher.site import Site

#: The page that the feeds' folder itself shows.
INDEX = "index.html"
_FORMS = {name: form for form, name in FEED_NAMES.items()}
_TYPES = {
    "opml.xml": "text/x-opml; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".gz": "application/gzip",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
}
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
        name = name or INDEX
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
    """Return the media type of a file of the feeds' folder; that of JSON has no charset (RFC 8259, section 11)."""
    last = PurePosixPath(name).name
    form = _FORMS.get(last)
    if form is not None:
        return FEED_TYPES[form] if form == "json" else f"{FEED_TYPES[form]}; charset=utf-8"
    return _TYPES.get(last) or _TYPES.get(PurePosixPath(last).suffix, _OTHER)


def _headers(name: str, manifest: Manifest, site: Site) -> dict[str, str]:
    """Say how long a file may be kept, and of a feed where it lives and who tells of its changes (WebSub, section 4)."""
    headers = {"cache-control": f"public, max-age={site.syndication.ttl * 60}"}
    folder, _, last = name.rpartition("/")
    if last in _FORMS and folder in manifest.channels:
        links = [f'<{site.published(name)}>; rel="self"']
        if not folder.startswith(f"{ChannelKind.ARCHIVE}/"):
            links += [f'<{hub}>; rel="hub"' for hub in site.syndication.hubs]
        headers["link"] = ", ".join(links)
    return headers
