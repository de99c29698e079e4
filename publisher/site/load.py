"""From publisher.toml to a Site; the one place that reads configuration."""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from publisher.catalogue import catalogue
from publisher.diagnostics import Report, Source, Span, has_errors, in_reading_order
from publisher.diagnostics.masking import SETTINGS
from publisher.errors import ConfigurationError
from publisher.model import Author, RatingScale
from publisher.site.feeds import check_feeds, syndication_of
from publisher.site.schema import Configuration
from publisher.site.services import check_services, with_own_services
from publisher.site.site import ImageFolder, Licence, Site
from publisher.site.source_table import check_sources
from publisher.site.toml import DEEPEST, TomlLocator, parse
from publisher.site.watch_table import check_watching, watching_of
from publisher.site.webhook_table import check_deploy, check_endpoints, deploy_of, webhooks_of
from publisher.values.characters import FORBIDDEN, name_of
from publisher.values.faults import Path as KeyPath
from publisher.values.faults import report_faults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.site.schema import FeedTable
    from publisher.site.webhook_schema import EndpointTable

FILE_NAME = "publisher.toml"
_SIZE_LIMIT = 256 * 1024


def load_site(directory: Path | str = ".") -> Site:
    """Read the configuration of the site in a folder.

    Raises:
        ConfigurationError: There is none, or it has faults; all of them are in its `diagnostics`.
    """
    root = Path(os.path.abspath(directory))  # noqa: PTH100 - resolve() would follow links and rename the files
    path = root / FILE_NAME
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise ConfigurationError(f"{path} is not a regular file")
        if about.st_size > _SIZE_LIMIT:
            raise ConfigurationError(f"{path} is larger than 256 KiB", "publisher.toml holds settings only")
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigurationError(
            f"there is no {FILE_NAME} in {root}",
            "go to the site's folder, or name it behind the command, as in publisher validate --site DIR",
        ) from None
    except UnicodeDecodeError as error:
        raise _not_text(data, error) from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    source = Source(FILE_NAME, text)
    report = Report(source, masking=SETTINGS)
    configuration = _check(source, report)
    if configuration is None or has_errors(report.diagnostics):
        raise ConfigurationError(f"{FILE_NAME} has faults", diagnostics=in_reading_order(report.diagnostics))
    return _build(root, configuration)


def _not_text(data: bytes, error: UnicodeDecodeError) -> ConfigurationError:
    report = Report(Source(FILE_NAME, data.decode("utf-8-sig", "replace")), masking=SETTINGS)
    # What the decoder counts begins behind the byte order mark.
    start = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    at = start + error.start
    report.add(
        "file-encoding",
        Span.at(len(data[start:at].decode())),
        f"byte {at} (0x{data[at]:02X}) is not UTF-8",
        help="save the file as UTF-8",
    )
    return ConfigurationError(f"{FILE_NAME} has faults", diagnostics=report.diagnostics)


def _check(source: Source, report: Report) -> Configuration | None:
    values = parse(source, report)
    if values is None:
        return None
    locator = TomlLocator(source)
    _check_characters(values, locator, report)
    try:
        configuration = Configuration.model_validate(values)
    except ValidationError as error:
        report_faults(error, Configuration, report, locator)
        return None
    _check_paths(configuration, report, locator)
    _check_names(configuration, report, locator)
    check_services(catalogue(), configuration.services, report, locator)
    services = with_own_services(catalogue(), configuration.services)
    check_watching(configuration.watch, services, report, locator)
    check_sources(configuration.watch, configuration.network.allow, report, locator)
    check_feeds(configuration, services, report, locator)
    check_endpoints(configuration.webhooks, configuration.network.allow, report, locator)
    check_deploy(configuration.deploy, report, locator)
    return configuration


def _check_names(configuration: Configuration, report: Report, locator: TomlLocator) -> None:
    """See that no two endpoints, and no two feeds, have the same name."""
    named: list[tuple[str, KeyPath, Sequence[EndpointTable | FeedTable]]] = [
        ("endpoints", ("webhooks", "endpoints"), configuration.webhooks.endpoints),
        ("feeds", ("feeds",), configuration.feeds),
    ]
    for what, path, tables in named:
        seen = set[str]()
        for number, table in enumerate(tables):
            if table.name in seen:
                report.add(
                    "invalid-value",
                    locator.value((*path, number, "name")),
                    f'two {what} are called "{table.name}"; each needs a name of its own',
                )
            seen.add(table.name)


def _check_characters(values: dict[str, Any], locator: TomlLocator, report: Report) -> None:
    """Report forbidden characters, which TOML lets in as escapes."""
    found: list[tuple[KeyPath, object]] = [((), values)]
    while found:
        path, value = found.pop()
        if isinstance(value, str) and (match := FORBIDDEN.search(value)):
            report.add(
                "forbidden-character",
                locator.value(path),
                f"the value holds {name_of(match.group())}; no feed can carry it",
                help="remove the escape",
            )
        elif len(path) > DEEPEST:
            continue
        elif isinstance(value, dict):
            found += [((*path, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            found += [((*path, number), inner) for number, inner in enumerate(value)]


def _check_paths(configuration: Configuration, report: Report, locator: TomlLocator) -> None:
    """See that posts, feeds and state do not lie in one another: each is written or cleaned up as its own."""
    paths = {name: PurePosixPath(getattr(configuration.paths, name)) for name in ("posts", "feeds", "state")}
    secrets = PurePosixPath(configuration.webhooks.secrets)
    if secrets in {paths["posts"], paths["feeds"]} or paths["feeds"] in secrets.parents:
        report.add(
            "invalid-value",
            locator.value(("webhooks", "secrets")),
            f'the folder of secrets, "{secrets}", is one of posts or feeds',
            help="give the secrets a folder that is never published",
        )
    for name, path in paths.items():
        for other, folder in paths.items():
            # Only what is written to, and put on the web, has to be by itself: posts are merely read.
            if name != other and (path == folder or (other != "posts" and folder in path.parents)):
                report.add(
                    "invalid-value",
                    locator.value(("paths", name)),
                    f'the folder of {name}, "{path}", lies in that of {other}, "{folder}"',
                    help="give each a folder of its own",
                )


def _build(root: Path, configuration: Configuration) -> Site:
    about, rating = configuration.site, configuration.rating
    services = with_own_services(catalogue(), configuration.services)
    licence, images = about.licence, configuration.images
    return Site(
        root=root,
        id=about.id,
        title=about.title,
        tagline=about.tagline,
        base_url=about.base_url,
        permalink=about.permalink,
        language=about.language,
        zone=ZoneInfo(about.time_zone),
        licence=Licence(licence.name, licence.url, licence.holder or about.title) if licence else None,
        posts=root / configuration.paths.posts,
        feeds=root / configuration.paths.feeds,
        state=root / configuration.paths.state,
        images=ImageFolder(root / images.directory, images.url) if images else None,
        scale=RatingScale(
            minimum=rating.minimum,
            maximum=rating.maximum,
            step=rating.step,
            unit=rating.unit,
            units=rating.units,
            symbol=rating.symbol,
        ),
        authors={key: Author(key, author.name, author.url) for key, author in configuration.authors.items()},
        watch=watching_of(configuration.watch),
        catalogue=services,
        syndication=syndication_of(configuration, services),
        webhooks=webhooks_of(configuration.webhooks),
        secrets=root / configuration.webhooks.secrets,
        allow=tuple(configuration.network.allow),
        deploy=deploy_of(configuration.deploy),
        severities=configuration.rules,
    )
