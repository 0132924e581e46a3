"""Rules of structure that a reader could only hope for (DESIGN section 2)."""

import ast
import re
from statistics import median

import pytest

from .source import LAYERS, ROOT, Source, sources

WRITES = re.compile(r"a?(save|create|update|delete|bulk_create|bulk_update|get_or_create|update_or_create)")
LEAD_MODELS = {"Lead", "StageEntry", "Assignment", "Activity"}
# What variables and related managers of those models are called.
LEAD_NAMES = {"lead", "leads", "entry", "stage", "stages", "assignment", "assignments", "activity", "activities"}
LEAD_TABLES = r"crm_(lead|stageentry|assignment|activity)\b"
LEAD_SQL = re.compile(rf"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|COPY)\s+\"?{LEAD_TABLES}", re.IGNORECASE)
MAY_WRITE_LEADS = ("crm/services/",)


def test_imports_run_from_the_panel_down_to_the_core():
    wrong = [
        f"{source.path}:{line} imports {module}"
        for source in sources()
        for module, _name, line in source.imports
        if _layer(module) > _layer(source.app)
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_lead_services_write_leads_and_their_history():
    wrong = [
        f"{source.path}:{line} {what}"
        for source in sources()
        if not source.path.startswith(MAY_WRITE_LEADS)
        for line, what in lead_writes(source)
    ]
    assert not wrong, "\n".join(wrong)


def test_models_and_services_know_no_web_framework():
    wrong = [
        f"{source.path}:{line} imports {module}"
        for source in sources()
        if {"models", "services", "models.py", "services.py", "analytics"} & set(source.path.split("/"))
        for module, _name, line in source.imports
        if module.startswith(("rest_framework.", "drf_spectacular", "django.http")) or module == "rest_framework"
        if "simplejwt" not in module
    ]
    assert not wrong, "\n".join(wrong)


def test_a_request_never_reaches_a_service():
    """Services take domain objects, so that jobs, imports and the admin can call them too."""
    wrong = [
        f"{source.path}:{function.lineno} {function.name}"
        for source in sources()
        if "services" in source.path.split("/") and source.path not in TAKES_REQUEST
        for function in source.functions()
        if "request" in {argument.arg for argument in [*function.args.args, *function.args.kwonlyargs]}
    ]
    assert not wrong, "\n".join(wrong)


# Django's authenticate() hands the request to its backends and signals.
TAKES_REQUEST = {"betterside/accounts/services/credentials.py"}


@pytest.mark.parametrize("app", ["betterside/accounts", "crm", "marketing", "cp"])
def test_every_app_is_laid_out_alike(app):
    wanted = [
        "apps.py",
        "models/__init__.py",
        "services/__init__.py",
        "api/__init__.py",
        "migrations/__init__.py",
        "tests/__init__.py",
    ]
    assert not [name for name in wanted if not (ROOT / app / name).exists()]


def test_a_row_lock_joins_nothing():
    """After waiting for the lock PostgreSQL compares the changed row with the rows that it joined before the wait; when
    they match no more, the row is left out of the answer, and a lead that is there is "not found"."""
    wrong = [
        f"{source.path}:{node.lineno}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and {"select_for_update", "select_related"} <= set(_chain(node)[1])
    ]
    assert not wrong, "\n".join(wrong)


def test_the_clock_is_asked_in_one_place():
    """Services write `clock.now()`, so that imports and seeds can carry the time that things happened."""
    wrong = [
        f"{source.path}:{node.lineno}"
        for source in sources()
        if source.path.startswith("crm/services/")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("timezone.now", "datetime.now", "date.today")
    ]
    assert not wrong, "\n".join(wrong)


def test_no_module_defines_a_name_twice():
    """Two branches that each add a function of one name merge without a conflict, and the second one wins."""
    wrong = []
    for source in sources(tests=True):
        names = [node.name for node in source.tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        wrong += [f"{source.path}: {name}" for name in set(names) if names.count(name) > 1]
    assert not wrong, "\n".join(wrong)


def test_functions_are_short():
    lengths = {
        f"{source.path}:{function.lineno} {function.name}": function.end_lineno - function.lineno + 1
        for source in sources()
        for function in source.functions()
    }
    assert not {name: length for name, length in lengths.items() if length > 50}
    assert median(lengths.values()) <= 10


def _layer(module: str) -> int:
    top = module.split(".")[0]
    return LAYERS.index(top) if top in LAYERS else -1


def lead_writes(source: Source):
    """(line, code) of what writes a lead's tables: on the models, on variables and managers named after them, in SQL."""
    imported = {name for _module, name, _line in source.imports}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and LEAD_SQL.search(node.value):
            yield node.lineno, LEAD_SQL.search(node.value)[0]
        if isinstance(node, ast.Call) and _writes_a_lead(node, imported):
            yield node.lineno, ast.unparse(node.func)


def _writes_a_lead(call: ast.Call, imported: set[str]) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id in LEAD_MODELS and bool(call.keywords)
    if not isinstance(call.func, ast.Attribute) or not WRITES.fullmatch(call.func.attr):
        return False
    root, attributes = _chain(call.func.value)
    if root in imported and not root[:1].isupper():
        return False  # a module of services: leads.create(…)
    return root in LEAD_MODELS | LEAD_NAMES or bool(LEAD_NAMES & set(attributes))


def _chain(node) -> tuple[str, list[str]]:
    """`Lead.objects.filter(…).open()` → ("Lead", ["objects", "filter", "open"])."""
    attributes = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            return "", attributes
    return node.id, attributes


@pytest.mark.parametrize(
    "code",
    [
        "Lead.objects.create(status=new)",
        "Lead.objects.filter(pk=1).update(score=3)",
        "lead.save(update_fields=['score'])",
        "request.user.leads.update(score=3)",
        "self.lead.delete()",
        "project.leads.all()[0].save()",
        "Activity.objects.bulk_create(rows)",
        "Lead(status=new)",
        "cursor.execute('UPDATE crm_lead SET score = 3')",
    ],
)
def test_the_search_for_writes_finds(code):
    assert list(lead_writes(Source("cp/x.py", ast.parse(code))))


@pytest.mark.parametrize(
    "code",
    [
        "from crm.services import leads\nleads.create(by=user, fields={})",
        "Lead.objects.filter(pk=1).exists()",
        "profile.save()",
        "cursor.execute('SELECT * FROM crm_lead')",
        "cursor.execute('UPDATE crm_leadcodecounter SET value = 3')",
    ],
)
def test_the_search_for_writes_leaves_alone(code):
    assert not list(lead_writes(Source("cp/x.py", ast.parse(code))))


def test_only_the_admin_acts_as_staff():
    """`access.staff(user)` may change every entity's leads: no API, panel or job may ask for it."""
    wrong = [
        f"{source.path}:{node.lineno}"
        for source in sources()
        if "admin" not in source.path.split("/")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "access.staff"
    ]
    assert not wrong, "\n".join(wrong)
