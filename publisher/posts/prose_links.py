"""Rules for the addresses in a review's text: of links, of pictures, and of whatever else HTML can point at."""

from __future__ import annotations

import re
from functools import cached_property, partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.cache import note
from publisher.markup.addresses import absolute_address, absolute_srcset, as_read
from publisher.posts.absolute_links import (
    Problem,
    Use,
    invalid,
    is_kept,
    mail_problem,
    problem_of,
    scheme_problem,
    shown,
    unseen,
    web_help,
    web_problem,
    with_slashes,
)
from publisher.posts.links import review_key
from publisher.posts.neighbours import neighbour, review_address
from publisher.posts.pictures import dimensions
from publisher.posts.text_pictures import is_there, nearest_picture, picture_file
from publisher.values.characters import quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.diagnostics import Report
    from publisher.posts.absolute_links import WayOut
    from publisher.posts.checking import Place

#: An address that needs no second look, as HTML has it: on the web, from the root of the site, or within the review.
PLAIN = re.compile(
    r"(?:https?://(?:(?!xn--)[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}(?::[1-9][0-9]{0,3})?(?=[/?#]|$)|/(?!/)|\#)"
    r"[\w.~:/?#@!$&'()*+,;=-]{0,1900}",
    re.ASCII | re.IGNORECASE,
)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_MISSPELT = re.compile(r"https?[;,.]?/{1,3}[^/]", re.IGNORECASE)
_HOST_FOR_CERTAIN = re.compile(
    r"(?:www\.[\w-]+\.|[\w-]+(?:\.[\w-]+)*\.(?:com|net|org)(?:[/?#]|$))", re.IGNORECASE
)
_MAIL_ADDRESS = re.compile(r"[^/@\s]+@[^/@\s]+\.[a-z]+", re.IGNORECASE)
_PICTURES = {("img", "src"), ("img", "srcset"), ("source", "srcset"), ("video", "poster")}

# What stands in a text again and again is looked at once; of a text built to hurt, not everything is kept.
_MOST_KNOWN = 1000


class AddressRules:
    """The rules for addresses, as they apply to one post."""

    def __init__(self, place: Place, report: Report) -> None:
        """Take where the post lies, and the report on it; nothing is added to that here."""
        self._place = place
        self._report = report
        self._known: dict[tuple[Use, str, str], Problem | None] = {}
        self._measured: dict[Path, bool] = {}

    def problem(self, use: Use, address: str, written: str) -> Problem | None:
        """Say what is wrong with an address, as far as there is room for it in the report.

        Args:
            use: What it is used for.
            address: As it stands in HTML.
            written: As the editor means it: without what Markdown percent-encodes.
        """
        if PLAIN.fullmatch(address):
            return None
        about = (use, address, written)
        if about not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[about] = self._judged(use, as_read(address), written)
        return self._known[about]

    def problems_of_srcset(self, use: Use, srcset: str) -> Iterator[tuple[str, Problem]]:
        """Yield what is wrong with the pictures a srcset names, each with the piece of it that is at fault."""
        addresses: list[str] = []

        def note(address: str) -> str:
            addresses.append(address)
            return "noted"

        sized = absolute_srcset(srcset, note)
        for address in dict.fromkeys(addresses):
            problem = self.problem(use, address, address)
            if problem is not None:
                yield address, problem
        if not sized or len(sized.split(", ")) < len(addresses):
            message = "a picture in `srcset` has a size that is neither like 2x nor like 480w"
            yield srcset, invalid(message, use.loss, 'such as srcset="images/karmalink.png 480w"')

    def _judged(self, use: Use, read: str, written: str) -> Problem | None:
        # Whoever shows the text looks there, whatever is said of it here.
        if (file := picture_file(read, self._place)) is not None:
            note(file)
        scheme = _SCHEME.match(read)
        if not read:
            result = "readers are led back to this review" if use.tag == "a" else use.loss
            return invalid("the address is empty", result, "write where it leads")
        if scheme:
            return self._absolute(use, scheme[1].lower(), read, written)
        if read.startswith("//"):
            return self._without_scheme(use, read, written)
        if read.startswith(("/", "#")):
            return None
        if _MISSPELT.match(read):
            return invalid(f"{quote(written)} has no :// after http", None, with_slashes(read))
        return self._relative(use, read, written)

    def _absolute(self, use: Use, scheme: str, read: str, written: str) -> Problem | None:
        if scheme in {"http", "https"}:
            return self._on_the_web(use, read, read, written)
        if scheme == "mailto":
            return mail_problem(use, read, written)
        # Even this may be a picture of the site's own.
        if self._report.full("link-scheme") or self._local(read):
            return None
        return scheme_problem(use, scheme, read, written)

    def _without_scheme(self, use: Use, read: str, written: str) -> Problem | None:
        whole = f"{urlsplit(self._place.site.base_url).scheme}:{read}"
        return self._on_the_web(use, whole, read, written) or problem_of(
            "link-relative",
            f"{quote(written)} says neither http nor https",
            None,
            f"write https:{shown(read)}",
        )

    def _on_the_web(self, use: Use, whole: str, read: str, written: str) -> Problem | None:
        """Judge an address that begins with its host; `whole` has its scheme."""
        if self._report.full("link-invalid"):
            return None
        found = unseen(written) or web_problem(whole)
        if found is None:
            return None

        def way_out() -> WayOut:
            joined = absolute_address(read, self._place.site.base_url, self._local)
            carried = joined is not None and is_kept(read) and is_kept(joined)
            return None if carried else use.loss, web_help(whole, written)

        return Problem("link-invalid", f"{quote(written)} {found}", way_out)

    def _relative(self, use: Use, read: str, written: str) -> Problem | None:
        images = self._place.site.images
        picture = use in _PICTURES
        code = "text-image-missing" if picture and images else "link-relative"
        if self._report.full(code):
            return None
        file = picture_file(read, self._place)
        if file and self._is_there(file):
            return self._unmeasured(file, written) if use == ("img", "src") else None
        if code == "text-image-missing" and images:
            message = f"{quote(written)} is not a file in {self._place.site.display(images.directory)}"
            return Problem(code, message, partial(self._other_picture, read, file))
        return Problem(
            code,
            f"{quote(written)} does not say by itself where it leads",
            partial(self._other_address, use, read),
        )

    def _unmeasured(self, file: Path, written: str) -> Problem | None:
        if file not in self._measured:
            self._measured[file] = dimensions(file) is not None
        if self._measured[file]:
            return None
        return problem_of(
            "image-dimensions",
            f"the width and height of {quote(written)} cannot be read",
            None,
            "does it open in a browser? export it again as PNG, JPEG, GIF, WebP or AVIF",
        )

    def _other_picture(self, read: str, file: Path | None) -> WayOut:
        near = nearest_picture(read, file, self._place)
        if near is None:
            return None, "paths are relative to the post, as in images/karmalink.png"
        case = near.casefold() == read.casefold()
        return f"did you mean {near}?", "servers tell capital letters from small ones" if case else None

    def _other_address(self, use: Use, read: str) -> WayOut:
        result = absolute_address(read, self._base, lambda _: None) if self._base else None
        leads = f"readers are led to {shown(result)}" if result else None
        if use in _PICTURES:
            return (
                leads,
                "write the whole address; or give publisher.toml an [images] table for files of the site",
            )
        if _MAIL_ADDRESS.fullmatch(read):
            return leads, f"write mailto:{shown(read)}"
        if _HOST_FOR_CERTAIN.match(read):
            return leads, f"write https://{shown(read)}"
        file = picture_file(read, self._place)
        near = nearest_picture(read, file, self._place) if file else None
        if near is not None:
            return leads, f"did you mean {near}?"
        other = neighbour(read, self._place)
        if other is not None:
            name, path = other
            return leads, f"write {shown(path)}, where the review in {name} is found"
        if result and review_key(result, self._place.site):
            return leads, f"write {shown(urlsplit(result)._replace(scheme='', netloc='').geturl())}"
        return leads, "write the whole address, or one that begins with a / at the root of the site"

    @cached_property
    def _base(self) -> str | None:
        """The review's own address, where the front matter lets one tell."""
        return review_address(self._report.source, self._place)

    def _local(self, address: str) -> str | None:
        images = self._place.site.images
        file = picture_file(address, self._place)
        return images.url if images and file and self._is_there(file) else None

    def _is_there(self, file: Path) -> bool:
        images = self._place.site.images
        return file in self._measured or (images is not None and is_there(file, images.directory))
