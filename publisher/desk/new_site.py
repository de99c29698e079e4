"""`publisher init`: a new site, which can be published as it stands."""

from __future__ import annotations

import json
import os
import pkgutil
import re
import tempfile
import unicodedata
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from publisher.desk.wording import misused, require_fit, written_moment
from publisher.disk import place_new
from publisher.errors import ConfigurationError, EnvironmentFault, Refused
from publisher.posts.files import find_posts
from publisher.site import FILE_NAME, load_site
from publisher.values.identifiers import fresh_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from publisher.site import Site

SAMPLE = "carnival-of-souls.md"
_URL = "https://reviews.example/"
#: What the values of the template are called on the command line.
_OPTIONS = {
    "title": "--title",
    "url": "--url",
    "author": "--author",
    "language": "--language",
    "time_zone": "--time-zone",
}
_SETTING = re.compile(r"[a-z_]+ = \$(?P<name>[a-z_]+)")
_ZONE_IN_PATH = re.compile(r"/zoneinfo/(?:posix/|right/)?(?P<zone>.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOutline:
    """What somebody says of a site before it is made; None leaves it to `new_site`.

    Attributes:
        title: Default: made of the folder's name.
        url: The address reviews are found under. Default: one that is nobody's.
        author: The name of the first author. Default: the title.
        language: A BCP 47 tag. Default: en.
        time_zone: Default: the machine's, where it can be told, or UTC.
    """

    title: str | None = None
    url: str | None = None
    author: str | None = None
    language: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site that was made: the files that were written, and how many posts were there before."""

    site: Site
    made: tuple[Path, ...]
    kept: int


def new_site(directory: Path, outline: SiteOutline, now: datetime) -> NewSite:
    """Make a site in a folder, which need not exist: its settings, and a sample review where there are no posts.

    Nothing is replaced, and the settings come last: whoever finds them finds a whole site, and after a run that was
    killed another one makes it.

    Args:
        directory: The folder.
        outline: What is known of the site.
        now: The moment just before which the sample review is dated (aware).

    Raises:
        UsageError: A value is none that `publisher.toml` can have.
        Refused: There is a site already, or something is where a file or folder has to go.
        EnvironmentFault: Something cannot be written.
    """
    root = Path(os.path.abspath(directory))  # noqa: PTH100 - resolve() would follow links and rename the folder
    if os.path.lexists(root / FILE_NAME):
        raise Refused(
            f"there is a site already: {directory / FILE_NAME}",
            "change what you like in it; init makes new sites only",
        )
    for folder in (root, root / "posts"):
        if os.path.lexists(folder) and not folder.is_dir():
            raise Refused(f"{folder} is in the way: it is no folder", "move it away, or name another folder")
    values = _values(root, outline)
    settings = _template(FILE_NAME).substitute(values).encode()
    planned = _checked(settings, root)
    kept = len(find_posts(planned, (), [])[0]) if planned.posts.is_dir() else 0
    files = {} if kept else {planned.posts / SAMPLE: _sample(planned, values["key"], now)}
    files[root / FILE_NAME] = settings
    try:
        _place(files, planned.posts)
    except FileExistsError as error:
        raise Refused(
            f"{error.filename2 or error.filename} is in the way", "move it away, then run init again"
        ) from None
    except OSError as error:
        raise EnvironmentFault(
            f"{error.filename or root} cannot be written: {error.strerror}", "no site was made"
        ) from None
    return NewSite(load_site(root), tuple(reversed(files)), kept)


def _values(root: Path, outline: SiteOutline) -> dict[str, str]:
    """Return what goes into the template: TOML texts, and the author's key."""
    for name, option in _OPTIONS.items():
        given = getattr(outline, name)
        if given is not None:
            require_fit(option, given)
    title = _title_of(root) if outline.title is None else outline.title
    author = title if outline.author is None else outline.author
    url = _URL if outline.url is None else outline.url
    base = url.rstrip("/") + "/"
    key = _key_of(outline.author or "")
    texts = {
        "id": fresh_id(),
        "title": title,
        "url": url,
        "author": author,
        "language": "en" if outline.language is None else outline.language,
        "time_zone": machine_zone() if outline.time_zone is None else outline.time_zone,
        "author_url": f"{base}authors/{key}/",
        "images_url": f"{base}images/",
        "feeds_url": f"{base}feeds/",
    }
    return {"key": key} | {name: _toml(text) for name, text in texts.items()}


def _checked(settings: bytes, root: Path) -> Site:
    """Load settings as if they stood in a folder where they do not stand yet."""
    try:
        with tempfile.TemporaryDirectory(prefix="publisher-init-") as elsewhere:
            Path(elsewhere, FILE_NAME).write_bytes(settings)
            site = load_site(elsewhere)
    except ConfigurationError as error:
        for fault in error.diagnostics:
            setting = _SETTING.match(_template(FILE_NAME).template.splitlines()[fault.line - 1])
            if setting and setting["name"] in _OPTIONS:
                raise misused(
                    _OPTIONS[setting["name"]],
                    {"message": fault.message, "label": fault.label, "help": fault.help},
                ) from None
        raise
    except OSError as error:
        raise EnvironmentFault(f"{tempfile.gettempdir()} cannot be written: {error.strerror}") from None
    return replace(site, root=root, posts=root / "posts")


def _sample(site: Site, key: str, now: datetime) -> bytes:
    """Return a review that is live by now."""
    date = now.replace(second=0, microsecond=0) - timedelta(minutes=1)
    values = {"id": fresh_id(), "date": written_moment(date, site.zone), "key": key}
    return _template(SAMPLE).substitute(values).encode()


def _place(files: Mapping[Path, bytes], posts: Path) -> None:
    """Write all files, or leave nothing behind."""
    with ExitStack() as undo:
        for folder in [folder for folder in (*reversed(posts.parents), posts) if not folder.is_dir()]:
            undo.callback(_remove, folder.rmdir)
        posts.mkdir(parents=True, exist_ok=True)
        try:
            for file, data in files.items():
                place_new(file, data)
                undo.callback(_remove, file.unlink)
        except FileExistsError:
            # Somebody makes a site here at this very moment, and may count on what is there by now.
            undo.pop_all()
            raise
        undo.pop_all()


def _remove(how: Callable[[], None]) -> None:
    with suppress(OSError):
        how()


def _template(name: str) -> Template:
    data = pkgutil.get_data(__package__, f"template/{name}")
    if data is None:
        raise FileNotFoundError(name)
    return Template(data.decode())


def machine_zone(environment: Mapping[str, str] = os.environ, etc: Path = Path("/etc")) -> str:
    """Answer the name of the machine's time zone, where it can be told; otherwise UTC."""
    known = available_timezones()
    return next((name for name in _zone_names(environment, etc) if name in known), "UTC")


def _zone_names(environment: Mapping[str, str], etc: Path) -> Iterator[str]:
    """Yield what may be the name of the machine's zone, as POSIX, systemd and Debian keep it."""
    named = environment.get("TZ")
    if named is not None:
        found = _ZONE_IN_PATH.search(named)
        yield found["zone"] if found else named.removeprefix(":")
        return
    if found := _ZONE_IN_PATH.search(os.path.realpath(etc / "localtime")):
        yield found["zone"]
    with suppress(OSError, ValueError):
        yield (etc / "timezone").read_text(encoding="ascii").strip()


def _title_of(root: Path) -> str:
    """Make a title of a folder's name: my-film-blog is My Film Blog."""
    name = "".join(char for char in root.name if char.isprintable())
    return (
        " ".join(word[:1].upper() + word[1:] for word in re.split(r"[\s._-]+", name) if word)
        or "Film Reviews"
    )


def _key_of(author: str) -> str:
    """Make the key of an author, as TOML takes it without quotes, of the author's name."""
    plain = unicodedata.normalize("NFKD", author).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-") or "desk"


def _toml(text: str) -> str:
    """Write a text as a basic string of TOML, whose escapes are those of JSON but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
