"""The exceptions that end a command, each with an exit code and a hint.

    PublisherError              1  (never raised bare)
    ├── PostsInvalid            1  posts have faults: the diagnostics say which
    ├── UsageError              2  the command was called in a way that has no meaning
    ├── NotDelivered            3  something could not be delivered, and waits for the next run
    ├── Unanswered              3  a source of offers gave no answer for some films
    ├── ConfigurationError      4  publisher.toml or a secret is missing or wrong
    ├── EnvironmentFault        4  a disk, a file or a program outside the project failed
    └── Refused                 5  things are not as they should be: stale, locked, over a ceiling

Messages quote the value first, the rule second, in lower case without a full stop; the hint says what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.diagnostics import Diagnostic


class PublisherError(Exception):
    """Carry one clear message, what to do about it, and the exit status it ends a command with.

    Attributes:
        message: What is wrong, in one line.
        hint: What to do about it.
        diagnostics: The faults of files behind it, when it comes from files.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self, message: str, hint: str | None = None, *, diagnostics: Sequence[Diagnostic] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.diagnostics = tuple(diagnostics)


class PostsInvalid(PublisherError):
    """Say that posts have faults; nothing was written."""

    exit_code = 1


class UsageError(PublisherError):
    """Say that a command was called with arguments that have no meaning together."""

    exit_code = 2


class NotDelivered(PublisherError):
    """Say that an event did not reach every endpoint, or news of a feed every hub; it waits for the next run."""

    exit_code = 3


class Unanswered(PublisherError):
    """Say that a source gave no answer for some films; what it said of others counts."""

    exit_code = 3


class ConfigurationError(PublisherError):
    """Say that the site's configuration or a secret is missing or wrong."""

    exit_code = 4


class EnvironmentFault(PublisherError):
    """Say that something outside the project failed: a disk, a file, a program."""

    exit_code = 4


class Refused(PublisherError):
    """Say that the command would do harm as things stand, and so did nothing."""

    exit_code = 5
