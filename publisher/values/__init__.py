"""The kinds of values that front matter and publisher.toml are made of, and what is said of wrong ones."""
