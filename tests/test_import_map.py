"""Who may import whom (docs/architecture.md)."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Each room uses only what stands left of it; rooms of one set do not import each other.
MAP = [{"content", "guard"}, {"pages"}, {"blog", "consults"}, {"staff"}, {"clinic_site"}]
FLOOR = {room: floor for floor, rooms in enumerate(MAP) for room in rooms}
# Inside consults each layer uses only what stands before it.
LAYERS = [
    {"fastmail_domains"},
    {"scheduling", "contact", "names", "public_holidays", "dates"},
    {"models"},
    {"posted_hours", "seating", "status_text", "transitions", "erased", "policy_facts"},
    {"hours_text", "structured_data", "current_rules", "figures", "referrals", "listings"},
    {"conflicts", "open_times", "holiday_questions", "unanswered", "set_aside", "promised_answers"},
    {"spam"},
    {"messages"},
    {"decision"},
    {"booking"},
    {"one_by_one"},
    {"expiry", "erasure", "clock_ahead", "rotation", "prelaunch_checks"},
    {"public"},
    {"desk"},
    {"urls", "admin", "apps"},
]
LEVEL = {module: level for level, modules in enumerate(LAYERS) for module in modules}


def imports(path: Path, tree: ast.AST | None = None) -> set[str]:
    """The full dotted names of ours that a file imports, anywhere in it; relative ones made absolute."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    found = set()
    for node in ast.walk(tree or ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            found.update(f"{module}.{alias.name}" for alias in node.names)
    return {name for name in found if name.split(".")[0] in FLOOR}


SOURCES = sorted(path for room in FLOOR for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts)


def test_a_room_imports_only_what_stands_left_of_it():
    assert len(SOURCES) > 100
    for path in SOURCES:
        room = path.relative_to(ROOT).parts[0]
        for name in imports(path):
            other = name.split(".")[0]
            assert other == room or FLOOR[other] < FLOOR[room], f"{path} imports {name}"


def test_nothing_is_imported_inside_a_function_or_by_name():
    """Except where Django has it so: an app's `ready` runs when models can be imported."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and not (path.name == "apps.py" and node.name == "ready"):
                assert not imports(path, node), f"{path}: {node.name}"
            if isinstance(node, ast.Attribute | ast.Name):
                name = node.attr if isinstance(node, ast.Attribute) else node.id
                assert name not in {"get_model", "import_module", "import_string", "__import__"}, f"{path}: {name}"


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
        assert not names & FLOOR.keys()
