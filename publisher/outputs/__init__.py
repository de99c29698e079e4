"""What a site puts into its folder of feeds: which files, made of what, and that they appear whole or not at all."""

from publisher.outputs.comparison import Difference, EntryDifference, compare_feed
from publisher.outputs.entries import EntryMaker
from publisher.outputs.files import Written
from publisher.outputs.generate import generate

__all__ = ["Difference", "EntryDifference", "EntryMaker", "Written", "compare_feed", "generate"]
