"""The list of everything that is unsure is that of the code."""

from __future__ import annotations

from pytest_ddbmock.testkit import unsure_page


def test_the_list_is_that_of_the_code():
    expected = unsure_page.page()
    assert unsure_page.PAGE.read_text(encoding="utf-8") == expected, "run python -m pytest_ddbmock.testkit.unsure_page"


def test_notes_are_found_in_comments_and_docstrings_with_the_place_that_decides():
    source = '''
LIMIT = 3
"""Units. Unsure: the number.

Source: a page.
"""


class Thing:
    def act(self):
        # Unsure: the text,
        # on two lines.
        raise ValueError("x")  # another comment


def check():  # Unsure: whether at all.
    pass
'''
    assert list(unsure_page.notes(source)) == [
        ("`LIMIT`", "the number."),
        ("`Thing.act`", "the text, on two lines."),
        ("`check`", "whether at all."),
    ]
