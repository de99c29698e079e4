"""What was found out once and need not be found out again, as long as nothing it was found out from has changed.

Nothing here is needed: whoever deletes it loses time, and what is damaged, or of another version, counts for nothing.
"""

from publisher.cache.looks import looks, note
from publisher.cache.stamps import Stamp, is_fine, is_settled, moment_of, stamp_of
from publisher.cache.store import FOLDER, Store
from publisher.cache.versions import code_version

__all__ = [
    "FOLDER",
    "Stamp",
    "Store",
    "code_version",
    "is_fine",
    "is_settled",
    "looks",
    "moment_of",
    "note",
    "stamp_of",
]
