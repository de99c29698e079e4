"""Validate: from files to reviews, or to everything that is wrong with them."""

from publisher.posts.collection import Collection, Examination, read_posts
from publisher.posts.files import POST_LIMIT, POST_SUFFIXES
from publisher.posts.handler import PostHandler
from publisher.posts.mending import Mended, mend_posts
from publisher.posts.pictures import IMAGE_TYPES, dimensions, is_address, local_image
from publisher.posts.reading import Post, locate, read_post, reopen
from publisher.posts.wording import SUMMARY_LIMIT

__all__ = [
    "IMAGE_TYPES",
    "POST_LIMIT",
    "POST_SUFFIXES",
    "SUMMARY_LIMIT",
    "Collection",
    "Examination",
    "Mended",
    "Post",
    "PostHandler",
    "dimensions",
    "is_address",
    "local_image",
    "locate",
    "mend_posts",
    "read_post",
    "read_posts",
    "reopen",
]
