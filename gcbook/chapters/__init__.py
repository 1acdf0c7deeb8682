"""A room a chapter: its tables, charts and facts, and nothing that another chapter uses."""
