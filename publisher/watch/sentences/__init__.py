"""Where a film can be watched, as the post's own sentences say it: proposals, and nothing but proposals."""

from publisher.watch.sentences.proposal import Proposal
from publisher.watch.sentences.proposing import propose

__all__ = ["Proposal", "propose"]
