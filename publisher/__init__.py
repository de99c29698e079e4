"""A headless publishing toolkit for film reviews."""
