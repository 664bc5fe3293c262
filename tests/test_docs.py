"""Numbers in the documentation come from the committed records."""

from __future__ import annotations

import pytest

from suite.app.docs import filled, pages, root


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_page_says_what_the_records_give(page):
    text = page.read_text(encoding="utf-8")
    now, wrong = filled(text, page.name)
    assert wrong == [], "write the numbers anew: python -m suite.app.docs"
    assert now == text


def test_a_stale_number_is_named_with_its_line_and_written_anew():
    now, wrong = filled("One\nand <!-- 1 + 1 :d -->3<!--/-->.")
    assert now == "One\nand <!-- 1 + 1 :d -->2<!--/-->."
    assert wrong == ["page:2: 1 + 1 is 2, the page says 3"]
    assert filled(now) == (now, [])


def test_a_check_that_fails_is_named():
    assert filled("<!-- let: two = 2 -->\n<!-- check: two == 3 -->")[1] == ["page:2: no longer true: two == 3"]


def test_an_expression_without_a_value_is_named_and_the_page_kept():
    text = 'It is <!-- table("sgl0/table1")["no row", "test_error"] -->1<!--/-->.'
    now, wrong = filled(text)
    assert now == text
    assert "no run of no row has test_error" in wrong[0]


def test_a_number_may_not_begin_a_line():
    """Markdown would take the comment for a paragraph of its own."""
    assert "may not begin a line" in filled("a\n<!-- 1 :d -->1<!--/--> b")[1][0]


def test_code_is_left_alone():
    text = "`<!-- 1 :d -->2<!--/-->`\n\n```\n<!-- check: False -->\n```\n"
    assert filled(text) == (text, [])


def test_the_readme_is_among_the_pages():
    assert root() / "README.md" in pages()
