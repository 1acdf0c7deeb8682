"""The trials table, of humans and models alike: found, parsed, read, written, fetched."""
