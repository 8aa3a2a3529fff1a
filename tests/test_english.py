"""The application, its templates and its documents use none of the words that a native reader stumbles over."""

import ast
import io
import re
import subprocess
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
AVOIDED = re.compile(
    r"\banew\b|\blately\b|\bmend(?:s|ed|ing)?\b|\bwhoever\b|\bnobody[’']s\b|\bby (?:itself|themselves)\b|\bso many\b"
    r"|\b(?:can|could) be had\b|\b(?:stands?|stood) (?:on|in|below|beside)\b",
    re.IGNORECASE,
)
# Paths that are not read -> why.
EXCEPTIONS = {
    "pages/content/": "public texts have an editor of their own",
    "blog/content/": "public texts have an editor of their own",
    "consults/content/": "public texts have an editor of their own",
    "static/": "licenses say what they must",
    "tests/": "only what is shipped is read",
}


def files(*suffixes: str) -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    named = [name for name in listed if name.endswith(suffixes) and not name.startswith(tuple(EXCEPTIONS))]
    return [name for name in named if "/migrations/" not in name and (ROOT / name).exists()]


def prose(name: str) -> list[tuple[int, str]]:
    """(line, text) of every comment and string of a Python file, or of every line of another file."""
    text = (ROOT / name).read_text()
    if not name.endswith(".py"):
        return list(enumerate(text.splitlines(), 1))
    comments = [
        (token.start[0], token.string)
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    ]
    nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return comments + [(node.lineno, node.value) for node in nodes]


def found_in(name: str) -> list[str]:
    # A phrase may be broken over two lines.
    return [f"{name}:{line}: {hit[0]}" for line, text in prose(name) for hit in AVOIDED.finditer(" ".join(text.split()))]


@pytest.mark.parametrize("suffix", [".py", ".html", ".txt", ".md", ".toml"])
def test_words_to_avoid_are_avoided(suffix):
    assert [hit for name in files(suffix) for hit in found_in(name)] == []


def test_the_search_sees_comments_docstrings_and_messages(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "x.py").write_text('"""Made anew, by\nitself."""\n# Mends it.\nmend = f"{1} stands in the way"\n')
    assert [hit.rpartition(" ")[2] for hit in found_in("x.py")] == ["Mends", "anew", "itself", "in"]
