"""Text that is not ours, as Markdown that shows it and nothing else.

A trials file names its observers and images as it likes, a path or a parameter is whatever was
typed. Put into a page as it stands, such a name is markup: an element with a script, a directive
that reads a file, the end of a code block. Tables and charts escape for HTML themselves and are
given names as they are; sentences, captions and lists are Markdown, and are given names through
here.

In prose every character that could mean something is written as a character reference, for
references stand for themselves alone (CommonMark 0.31, section 2.5): they begin no emphasis, role,
formula, link, element or list, next to whatever they stand.
"""

import re

from gcbook.files.naming import UNSEEN

# Punctuation that stands for itself within a line: - . / , ; : ' ( ) % + = ?
_ACTIVE = re.compile(r"""[!"#$&*<>@\[\\\]^_`{|}~]""")

# What begins a list, underlines a heading, opens a comment, fence or label where a line starts.
_OPENING = re.compile(r"^[-+=:%(]|^[0-9]+[.)](?=\s|$)")

# Lone surrogates cannot be written to a file at all.
_UNSEEN = re.compile(f"{UNSEEN}|[\ud800-\udfff]")


def escape_markdown(text: str) -> str:
    r"""Text as MyST Markdown that renders as this text, on one line, wherever in prose it stands.

    White space of any kind becomes single spaces; characters that cannot be shown become U+FFFD.
    Names of letters, digits, hyphens, dots, slashes and parentheses stay as they are.

    Args:
        text: a name, path or message from a user's file or parameter.

    >>> escape_markdown("ViT-L/16 (IN-21k)")
    'ViT-L/16 (IN-21k)'
    >>> escape_markdown("<b>my_net</b>")
    '&#60;b&#62;my&#95;net&#60;/b&#62;'
    >>> escape_markdown("- {include}`x`")
    '&#45; &#123;include&#125;&#96;x&#96;'
    """
    return _OPENING.sub(_reference, _ACTIVE.sub(_reference, one_line(text)))


def code_span(text: str) -> str:
    """Text as an inline code span, on one line; nothing for an empty one.

    >>> code_span("draws"), code_span("a`b")
    ('`draws`', '``a`b``')
    """
    shown = one_line(text)
    if not shown:
        return ""
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def code_cell(text: str) -> str:
    """Text as a code span in a cell of a table, whose pipes would begin the next cell."""
    return code_span(text).replace("|", "\\|")


def code_block(text: str, language: str) -> str:
    """Text as a fenced block of code, whatever fences it holds itself."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def one_line(text: str) -> str:
    """Text on one line, for a terminal: what nobody sees, and what would steer it, is replaced."""
    return _UNSEEN.sub("\ufffd", " ".join(text.split()))


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _reference(found: re.Match[str]) -> str:
    """What was found, with its last character as a reference."""
    return f"{found[0][:-1]}&#{ord(found[0][-1])};"
