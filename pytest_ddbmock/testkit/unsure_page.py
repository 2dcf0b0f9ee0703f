"""The list of all `Unsure:` notes in the code: `pytest_ddbmock/UNSURE.md`.

`python -m pytest_ddbmock.testkit.unsure_page` writes it from the code.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest_ddbmock

PACKAGE = Path(pytest_ddbmock.__file__).parent
PAGE = PACKAGE / "UNSURE.md"
MARK = "Unsure:"

HEAD = """\
# Where AWS's behaviour is disputed or unknown

Written by `python -m pytest_ddbmock.testkit.unsure_page` from the `Unsure:` notes in the code. Each stands at the one
place that decides, so that a capture of AWS's answer changes one line. Captures are welcome: see CONTRIBUTING.md.
"""


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for path in sorted(PACKAGE.rglob("*.py")):
        found = list(notes(path.read_text(encoding="utf-8"))) if path.name != "unsure_page.py" else []
        if found:
            name = path.relative_to(PACKAGE).as_posix()
            parts.append(f"\n## {name}\n\n" + "".join(f"* {where}: {text}\n" for where, text in found))
    return "".join(parts)


def notes(source: str) -> Iterator[tuple[str, str]]:
    """Yield the notes of a module, each with the name of the function, class or constant that it stands in."""
    places = _places(ast.parse(source))
    for line, text in _texts(source):
        names = [name for name, first, last in places if first <= line <= last]
        yield f"`{names[-1]}`" if names else "module", text


def _places(tree: ast.Module) -> list[tuple[str, int, int]]:
    """The named parts of a module with their first and last lines, outer ones first."""
    found: list[tuple[str, int, int]] = []

    def visit(node: ast.AST, prefix: str) -> None:
        body = getattr(node, "body", [])
        for child, following in zip(body, [*body[1:], None], strict=True) if isinstance(body, list) else ():
            last = child.end_lineno or child.lineno
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.append((prefix + child.name, child.lineno, last))
                if isinstance(child, ast.ClassDef):
                    visit(child, f"{child.name}.")
            elif isinstance(child, ast.Assign | ast.AnnAssign):
                target = child.targets[0] if isinstance(child, ast.Assign) else child.target
                if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                    last = following.end_lineno or last  # the text that documents it
                found.append((prefix + ast.unparse(target), child.lineno, last))

    visit(tree, "")
    return found


def _texts(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each note in comments and docstrings."""
    comment: list[str] = []
    start = column = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            text = token.string.lstrip("# ").rstrip()
            if comment and token.start == (start + len(comment), column) and MARK not in text:
                comment.append(text)
                continue
            yield from _comment_notes(start, comment)
            comment = [text] if MARK in text else []
            start, column = token.start
        elif token.type == tokenize.STRING and MARK in token.string:
            text = " ".join(token.string.strip('rfb"').split())
            for part in text.split(MARK)[1:]:
                yield token.start[0], _first_sentences(part)
    yield from _comment_notes(start, comment)


def _comment_notes(line: int, lines: list[str]) -> Iterator[tuple[int, str]]:
    if lines:
        yield line, " ".join(lines).split(MARK, 1)[1].strip()


def _first_sentences(text: str) -> str:
    """What follows the mark in a docstring, up to the next heading such as `Errors:` or `Source:`."""
    return re.split(r"\s(?:Errors|Source|Order):", text)[0].strip()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
