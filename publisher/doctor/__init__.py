"""Doctor: whether a site, its machine and its public addresses are as they must be, and what to do where not."""
