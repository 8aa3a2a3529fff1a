"""Who may import whom (docs/architecture.md)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"clinic_site", "pages", "blog", "consults", "staff"}
MAY_IMPORT = {
    "clinic_site": {"clinic_site", "pages", "blog", "consults", "staff"},
    "staff": {"staff", "consults"},
    "pages": {"pages", "blog", "consults"},
    "blog": {"blog", "pages.models"},
    "consults": {"consults", "pages.models"},
}
# Inside consults each layer uses only what stands before it.
LAYERS = [
    {"scheduling", "sealing", "contact"},
    {"models"},
    {"posted_hours", "seating", "client_address", "budget", "spam", "dates", "status_text", "transitions"},
    {"hours_text", "structured_data", "current_rules"},
    {"conflicts", "open_times"},
    {"messages"},
    {"decision"},
    {"booking"},
    {"expiry", "erasure", "rotation"},
    {"public"},
    {"desk"},
    {"urls", "admin", "apps"},
]
LEVEL = {module: level for level, modules in enumerate(LAYERS) for module in modules}


def imports(path: Path) -> set[str]:
    """The full dotted names a file imports, relative ones made absolute."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            found.update(f"{module}.{alias.name}" for alias in node.names)
    return {name for name in found if name.split(".")[0] in OURS}


SOURCES = sorted(path for app in OURS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_it_may(path):
    app = path.relative_to(ROOT).parts[0]
    allowed = MAY_IMPORT[app]
    if path.is_relative_to(ROOT / "pages" / "models"):
        allowed = {"pages.models"}
    for name in imports(path):
        assert any(name == entry or name.startswith(entry + ".") for entry in allowed), f"{path}: {name}"


def test_inside_consults_every_layer_uses_only_what_stands_before_it():
    for path in SOURCES:
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[0] != "consults" or len(parts) < 2 or parts[1] in {"__init__", "management"}:
            continue
        for name in imports(path):
            target = name.split(".")
            if target[0] == "consults" and len(target) > 1 and target[1] != parts[1]:
                assert target[1] in LEVEL, f"{path}: give {target[1]} a layer"
                assert LEVEL[target[1]] < LEVEL[parts[1]], f"{path} imports {name}"


def test_scheduling_is_standard_library_only():
    for path in (ROOT / "consults" / "scheduling").glob("*.py"):
        tree = ast.parse(path.read_text())
        names = {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 0}
        assert "django" not in names
        assert not names & OURS
