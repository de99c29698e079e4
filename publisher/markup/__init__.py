"""What a review's text may be made of: the dialect of Markdown, the tags, attributes and addresses that outputs carry."""
