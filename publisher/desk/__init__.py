"""The editor's desk: what is done to a post or a site as such, byte by byte, and can be undone."""
