"""practice.md's "Testing Checklist" and "Step 2" script, and the leads' answers, whole."""

import pytest

from betterside.accounts.tests.factories import PASSWORD, UserFactory
from crm.models import Lead
from crm.tests.factories import make_lead

from .test_practice_leads import BODY, URL

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return UserFactory(admin=True, username="admin")


@pytest.fixture
def agent(admin):
    return UserFactory(agent=True)


@pytest.fixture
def lead(agent):
    return make_lead(owner=agent, pipeline="practice", full_name="Dr. Old", company="Old", phone="(555) 010-1000")


def test_the_client_of_the_deployment_steps_may_call(api):
    """`python -m http.server 3000 -d web/`, beside a server on another port."""
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "PUT"}
    asked["Access-Control-Request-Headers"] = "authorization,content-type"
    for path in ("/auth/login", f"{URL}/1"):
        answer = api.options(path, headers=asked)
        assert answer["Access-Control-Allow-Origin"] == "http://localhost:3000"
        assert "PUT" in answer["Access-Control-Allow-Methods"]
        assert {"authorization", "content-type"} <= set(answer["Access-Control-Allow-Headers"].split(", "))


class TestChecklist:
    """In the contract's order and words."""

    def test_put_responds_successfully(self, api, admin, lead):
        assert api.as_(admin).put(f"{URL}/{lead.pk}", BODY).status_code == 200

    def test_agent_can_edit_their_assigned_leads(self, api, agent, lead):
        assert api.as_(agent).put(f"{URL}/{lead.pk}", BODY).status_code == 200

    @pytest.mark.parametrize("method", ["put", "patch", "delete"])
    def test_agent_cannot_edit_unassigned_leads(self, api, agent, method):
        lead = make_lead(entity=agent.entity, pipeline="practice", company="Old")
        answer = getattr(api.as_(agent), method)(f"{URL}/{lead.pk}", BODY)
        assert (answer.status_code, answer.json()) == (403, {"detail": "Can only update your assigned leads"})
        assert Lead.objects.get(pk=lead.pk).company == "Old"

    @pytest.mark.parametrize("role", ["admin", "manager"])
    @pytest.mark.parametrize("owned", [True, False])
    def test_admin_can_edit_any_lead(self, api, agent, role, owned):
        lead = make_lead(owner=agent if owned else None, entity=agent.entity, pipeline="practice")
        assert api.as_(UserFactory(**{role: True})).put(f"{URL}/{lead.pk}", BODY).status_code == 200

    def test_all_lead_fields_update_correctly_in_the_database(self, api, admin, lead):
        api.as_(admin).put(f"{URL}/{lead.pk}", BODY)
        stored = Lead.objects.select_related("practice").get(pk=lead.pk)
        on_lead = {"practice_name": stored.company, "owner_name": stored.full_name, "practice_phone": stored.phone}
        assert on_lead | {name: getattr(stored.practice, name) for name in BODY if name not in on_lead} == BODY

    def test_the_response_includes_updated_at(self, api, admin, lead):
        before = lead.updated_at
        answer = api.as_(admin).put(f"{URL}/{lead.pk}", BODY).json()
        stored = Lead.objects.get(pk=lead.pk).updated_at
        assert stored > before
        assert answer["updated_at"] == f"{stored:%Y-%m-%dT%H:%M:%SZ}"

    def test_invalid_data_returns_proper_validation_errors(self, api, admin, lead, golden):
        bad = {"ein": "123456789", "npi": "12", "state": "ZZ", "zip_code": "1", "providers": -1, "entity_type": "Firm"}
        golden(api.as_(admin).put(f"{URL}/{lead.pk}", BODY | bad), "practice/lead-invalid")
        assert Lead.objects.get(pk=lead.pk).company == "Old"

    def test_changes_reflect_immediately(self, api, admin, agent, lead):
        api.as_(admin).put(f"{URL}/{lead.pk}", BODY)
        for user in (admin, agent):
            assert api.as_(user).get(URL).json()[0]["practice_name"] == "Updated Practice Name"

    @pytest.mark.parametrize("token", [None, "Bearer x.y.z", "Bearer ", "Token abc"])
    def test_authentication_errors_are_handled_gracefully(self, api, lead, token):
        headers = {"Authorization": token} if token else {}
        answer = api.put(f"{URL}/{lead.pk}", BODY, headers=headers)
        assert answer.status_code == 401
        assert isinstance(answer.json()["detail"], str)


def test_step_2s_script(api, admin, lead):
    login = api.post("/auth/login", {"username": "admin", "password": PASSWORD})
    headers = {"Authorization": f"Bearer {login.json()['access_token']}"}
    update = {
        "practice_name": "Test Updated Practice",
        "owner_name": "Dr. Test Owner",
        "practice_phone": "(555) 123-4567",
        "city": "Test City",
        "state": "CA",
    }

    answer = api.put(f"{URL}/{lead.pk}", update, headers=headers)

    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in update} == update


class TestWholeAnswers:
    def test_create(self, api, admin, golden):
        golden(api.as_(admin).post(URL, BODY), "practice/lead-create")

    def test_create_with_a_name_only(self, api, agent, golden):
        golden(api.as_(agent).post(URL, {"practice_name": "Heart Clinic"}), "practice/lead-create-least")

    def test_retrieve(self, api, agent, lead, golden):
        golden(api.as_(agent).get(f"{URL}/{lead.pk}"), "practice/lead")

    @pytest.mark.parametrize("method", ["put", "patch"])
    def test_change(self, api, agent, lead, golden, method):
        golden(
            getattr(api.as_(agent), method)(f"{URL}/{lead.pk}", BODY | {"status": "CONTACTED"}), "practice/lead-update"
        )

    def test_list(self, api, admin, lead, golden):
        golden(api.as_(admin).get(URL), "practice/lead-list")

    def test_delete(self, api, agent, lead, golden):
        golden(api.as_(agent).delete(f"{URL}/{lead.pk}"), "practice/lead-delete")

    def test_forbidden(self, api, lead, golden):
        golden(api.as_(UserFactory(agent=True)).put(f"{URL}/{lead.pk}", BODY), "practice/lead-forbidden")

    def test_missing(self, api, admin, golden):
        golden(api.as_(admin).get(f"{URL}/999999999"), "practice/lead-not-found")

    def test_bad_query(self, api, admin, golden):
        golden(api.as_(admin).get(f"{URL}?status=open&skip=-1"), "practice/lead-list-invalid")


class TestFilters:
    """`status, assigned_to, state, search, skip, limit`."""

    @pytest.fixture
    def client(self, api, admin, agent):
        client = api.as_(admin)
        for name, state, word in [("Alpha", "CA", "NEW"), ("Beta", "TX", "CONTACTED"), ("Gamma", "TX", "NEW")]:
            client.post(
                URL, {"practice_name": name, "state": state, "status": word, "practice_phone": "(555) 765-4321"}
            )
        make_lead(owner=agent, pipeline="practice", company="Delta", full_name="Dr. Deep", phone="1")
        return client

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("", ["Delta", "Gamma", "Beta", "Alpha"]),
            ("status=CONTACTED", ["Beta"]),
            ("status=LOST", []),
            ("state=TX", ["Gamma", "Beta"]),
            ("state=TX&status=NEW", ["Gamma"]),
            ("search=dEEp", ["Delta"]),
            ("search=7654321", ["Gamma", "Beta", "Alpha"]),
            ("skip=1&limit=2", ["Gamma", "Beta"]),
            ("skip=100", []),
            ("limit=100000000", ["Delta", "Gamma", "Beta", "Alpha"]),
            ("status=&assigned_to=&state=&search=&skip=&limit=", ["Delta", "Gamma", "Beta", "Alpha"]),
        ],
    )
    def test_each_narrows_and_an_empty_one_does_not(self, client, query, names):
        assert [lead["practice_name"] for lead in client.get(f"{URL}?{query}").json()] == names

    def test_by_owner(self, client, agent):
        assert [lead["practice_name"] for lead in client.get(f"{URL}?assigned_to={agent.pk}").json()] == ["Delta"]

    @pytest.mark.parametrize("query", ["status=new", "state=zz", "assigned_to=me", "skip=-1", "limit=0", "limit=x"])
    def test_nonsense_is_422_and_says_where(self, client, query):
        answer = client.get(f"{URL}?{query}")
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["query", query.split("=")[0]]
