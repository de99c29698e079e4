"""Validate: from files to reviews, or to everything that is wrong with them."""

from publisher.posts.collection import Collection, Examination, read_posts
from publisher.posts.handler import PostHandler
from publisher.posts.reading import Post, read_post
from publisher.posts.rules import IMAGE_TYPES, is_address, local_image

__all__ = [
    "IMAGE_TYPES",
    "Collection",
    "Examination",
    "Post",
    "PostHandler",
    "is_address",
    "local_image",
    "read_post",
    "read_posts",
]
