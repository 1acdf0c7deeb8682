"""The version of the package, for all that says what made it."""

VERSION = "0.1.0"
