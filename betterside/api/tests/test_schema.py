"""The OpenAPI document (DESIGN section 8): complete, valid, one name per thing."""

import ast
import re

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from betterside.api.faces import face_of
from tests.routes import all_routes
from tests.source import ROOT, sources

ERRORS = {
    "channel": "ChannelError",
    "sales": "SalesError",
    "growth": "SalesError",
    "practice": "PracticeError",
    "marketing": "MarketingError",
}


@pytest.fixture(scope="module")
def document():
    GENERATOR_STATS.reset()
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def test_it_is_valid_and_made_without_a_warning(document):
    validate_schema(document)
    assert document["openapi"].startswith("3.1")
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache


def test_the_committed_file_is_the_document(document):
    committed = (ROOT / "openapi.yaml").read_bytes()
    assert committed == OpenApiYamlRenderer().render(document, renderer_context={}), (
        "run make schema and commit openapi.yaml"
    )


def test_every_api_route_is_in_it(document):
    found = {(path, method) for path, method, _operation in operations(document)}
    wanted = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path), method)
        for route in all_routes()
        if route.actions
        for method in route.methods
    }
    assert not wanted - found


def test_every_operation_says_what_it_does_and_how_it_fails(document):
    for path, method, operation in operations(document):
        face = face_of(path).name
        assert operation.get("summary"), f"{method} {path}"
        answer = operation["responses"]["422" if face == "practice" else "400"]
        reference = answer["content"]["application/json"]["schema"]["$ref"]
        assert reference == f"#/components/schemas/{ERRORS[face]}", f"{method} {path}"


def test_what_takes_a_body_says_which_bodies_it_refuses(document):
    for path, method, operation in operations(document):
        refusals = {"413", "415"} & set(operation["responses"])
        assert refusals == ({"413", "415"} if "requestBody" in operation else set()), f"{method} {path}"


def test_an_answer_without_data_is_null_and_fits_its_schema_once(document):
    """`oneOf` takes no value that two of its schemas take, and the empty schema takes all."""
    shapes = document["components"]["schemas"]
    for name in ("SalesNothing", "ResendAnswer", "ForgotAnswer", "ResetAnswer"):
        assert shapes[name]["properties"]["data"] == {"type": "null"}, name


BARE = ("growth", "practice")
TIMELINE = "/api/leads/{ref}/activity"  # growth's alone, under the path that it shares with sales


def test_an_array_is_answered_only_where_the_contract_has_it_bare(document):
    """DESIGN section 1: channel, sales and marketing put their lists into an envelope."""
    enveloped = 0
    for path, method, operation in operations(document):
        face = face_of(path).name
        is_list = method == "GET" and operation["operationId"].endswith("_list") and path != TIMELINE
        if is_list and face not in BARE:
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            assert "$ref" in schema.get("anyOf", [schema])[0], path
            enveloped += 1
    assert enveloped > 10
    leads = document["paths"]["/api/v1/leads"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert leads["type"] == "array"


def test_descriptions_are_for_who_calls_not_for_who_programs(document):
    for path, method, operation in operations(document):
        assert "thin view" not in operation.get("description", ""), f"{method} {path}"


def test_a_base_class_does_not_speak_for_its_shapes(document):
    said = [schema["description"] for schema in document["components"]["schemas"].values() if "description" in schema]
    assert not [text for text in said if "LeadShape" in text]


def test_operation_ids_are_unique(document):
    ids = [operation["operationId"] for _path, _method, operation in operations(document)]
    assert len(ids) == len(set(ids))


@pytest.mark.django_db
def test_it_is_served_with_a_page_that_needs_no_other_host(client):
    schema = client.get("/api/schema", SERVER_NAME="localhost")
    assert schema.status_code == 200
    page = client.get("/api/docs", SERVER_NAME="localhost")
    assert page.status_code == 200
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page.content.decode())


def undocumented(kind: str):
    """Where an action reads `self.query(X)` (or body) and its @documented does not say query=X, or, for
    `self.body(X, partial=True)`, body=X(partial=True)."""
    for source in sources():
        for function in source.functions():
            said = [
                ast.unparse(keyword.value)
                for decorator in function.decorator_list
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "documented"
                for keyword in decorator.keywords
                if keyword.arg == kind
            ]
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == f"self.{kind}" and node.args:
                    read = ast.unparse(node.args[0])
                    options = ", ".join(f"{keyword.arg}={ast.unparse(keyword.value)}" for keyword in node.keywords)
                    if function.decorator_list and not {read, f"{read}({options})"} & set(said):
                        yield f"{source.path}:{function.lineno} {function.name} reads {read}, says {said}"


@pytest.mark.parametrize("kind", ["query", "body"])
def test_what_an_action_reads_it_documents(kind):
    assert not list(undocumented(kind))
