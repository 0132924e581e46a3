"""What CPs ask for, answered in the staff admin: through the services, so that CPs are told and counters move."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.realtime.models import Notification
from betterside.staff.tests.pages import form_values, submit
from betterside.staff.tests.queries import queries_of
from cp.models import AdsRequest, AdsRequestStep, MarketingCounter, MarketingRequest
from cp.services import ads_requests, marketing
from marketing.models import Campaign
from marketing.tests.factories import CampaignDayFactory, CampaignFactory

from .factories import AdsRequestFactory, MarketingCounterFactory, mapped_project

pytestmark = pytest.mark.django_db
ADS, SUPPORT = "/admin/cp/adsrequest/", "/admin/cp/marketingrequest/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def boss():
    return UserFactory(entity=EntityFactory(slug="betterside"), admin=True, is_staff=True, is_superuser=True)


@pytest.fixture
def staff(client, boss):
    client.force_login(boss)
    return client


@pytest.fixture
def ads():
    return AdsRequestFactory()


@pytest.fixture
def asked():
    cp = UserFactory(cp=True)
    return marketing.request(by=cp, type="creative", project_id=mapped_project(cp).pk, notes="A banner")


def page_of(row) -> str:
    return f"{ADS if isinstance(row, AdsRequest) else SUPPORT}{row.pk}/change/"


def act(client, path, action, *rows, **answers):
    data = {"action": action, "_selected_action": [row.pk for row in rows], **answers}
    return client.post(path, data, follow=True)


class TestAdsRequests:
    def test_the_next_step_is_taken_in_the_persons_name_and_the_cp_is_told(self, staff, boss, ads):
        answer = submit(staff, page_of(ads), "adsrequest_form", status="in_discussion", step_notes="Calling you")
        ads.refresh_from_db()
        assert answer.status_code == 302, answer.context["errors"]
        assert ads.status == "in_discussion"
        step = AdsRequestStep.objects.get(request=ads)
        assert (step.from_status, step.to_status, step.by, step.notes) == (
            "requested",
            "in_discussion",
            boss,
            "Calling you",
        )
        assert Notification.objects.get().user == ads.cp
        assert LogEntry.objects.get().user == boss

    def test_only_the_open_steps_are_offered(self, staff, ads):
        field = staff.get(page_of(ads)).context["adminform"].form.fields["status"]
        assert [value for value, _label in field.choices] == ["requested", "in_discussion", "cancelled"]
        answer = submit(staff, page_of(ads), "adsrequest_form", status="completed")
        assert "status" in answer.context["adminform"].form.errors
        assert not AdsRequestStep.objects.exists()

    def test_a_step_that_somebody_took_meanwhile_is_not_taken_back(self, staff, boss, ads):
        old = form_values(staff.get(page_of(ads)), "adsrequest_form")
        for status in ("in_discussion", "running"):
            ads_requests.advance(ads_request=ads, to=status, by=boss)
        answer = staff.post(page_of(ads), old | {"status": "in_discussion"})
        ads.refresh_from_db()
        assert answer.status_code == 200
        assert ads.status == "running"

    def test_a_campaign_is_made_for_a_request_from_its_page(self, staff, ads):
        page = staff.get(page_of(ads)).content.decode()
        add = f"/admin/marketing/campaign/add/?entity={ads.entity_id}&amp;ads_request={ads.pk}"
        assert add in page
        answer = submit(staff, add.replace("&amp;", "&"), "campaign_form", name="Diwali", meta_id="777")
        assert answer.status_code == 302, answer.context["errors"]
        campaign = Campaign.objects.get()
        assert (campaign.ads_request, campaign.entity) == (ads, ads.entity)
        assert f"/admin/marketing/campaign/{campaign.pk}/change/" in staff.get(page_of(ads)).content.decode()

    def test_a_request_may_have_several_campaigns_and_says_what_they_brought(self, staff, ads):
        for amount, currency in ((1_000, "INR"), (500, "INR"), (20, "USD")):
            campaign = CampaignFactory(entity=ads.entity, ads_request=ads, currency=currency)
            CampaignDayFactory(campaign=campaign, date="2026-03-01", spend=amount)
        page = staff.get(page_of(ads)).content.decode()
        assert "INR 1500.00 and USD 20.00 spent; 0 leads, 0 interested, 0 visits, 0 closed." in page

    def test_another_entitys_campaign_is_not_linked(self, staff, ads):
        campaign = CampaignFactory(entity=EntityFactory(slug="other"))
        answer = submit(staff, f"/admin/marketing/campaign/{campaign.pk}/change/", "campaign_form", ads_request=ads.pk)
        assert "belongs to another entity" in str(answer.context["adminform"].form.errors)
        campaign.refresh_from_db()
        assert campaign.ads_request is None

    def test_the_way_to_the_entitys_campaigns_works(self, staff, ads):
        mine, other = CampaignFactory(entity=ads.entity), CampaignFactory(entity=EntityFactory(slug="other"))
        page = staff.get(f"/admin/marketing/campaign/?entity__id__exact={ads.entity_id}")
        assert list(page.context["cl"].result_list) == [mine]
        assert other.entity != mine.entity

    def test_selected_ones_move_and_the_others_say_why_not(self, staff, ads, boss):
        over = AdsRequestFactory()
        ads_requests.advance(ads_request=over, to="cancelled", by=boss)
        assert "Status" in act(staff, ADS, "move_selected", ads, over).content.decode()
        answer = act(staff, ADS, "move_selected", ads, over, answered="yes", to="in_discussion", notes="")
        page = answer.content.decode()
        assert "Moved: 1 ads request." in page
        assert "&#x27;cancelled&#x27; cannot become &#x27;in_discussion&#x27;" in page
        ads.refresh_from_db()
        assert ads.status == "in_discussion"

    def test_what_the_cp_asked_for_is_not_changed(self, staff, ads):
        submit(staff, page_of(ads), "adsrequest_form", budget_inr="1", notes="x", cp="1")
        ads.refresh_from_db()
        assert (ads.budget_inr, ads.notes) == (10_000, "")

    def test_staff_add_none(self, staff):
        assert staff.get(f"{ADS}add/").status_code == 403


class TestMarketingRequests:
    def fulfil(self, client, asked, **given):
        return submit(client, page_of(asked), "marketingrequest_form", **given)

    def test_a_link_fulfils_it_and_the_counter_moves_by_itself(self, staff, boss, asked):
        answer = self.fulfil(staff, asked, link="https://files.example/banner", answer="Here it is")
        asked.refresh_from_db()
        assert answer.status_code == 302, answer.context["errors"]
        assert (asked.status, asked.answer, asked.answered_by) == ("fulfilled", "Here it is", boss)
        counter = MarketingCounter.objects.get(cp=asked.cp, project=asked.project)
        assert (counter.creatives_shared, counter.edms_shared) == (1, 0)
        assert Notification.objects.get().user == asked.cp

    def test_a_file_does_too_and_comes_back_as_an_attachment(self, staff, asked):
        self.fulfil(staff, asked, file=SimpleUploadedFile("banner.png", b"\x89PNG"))
        asked.refresh_from_db()
        assert asked.status == "fulfilled"
        path = f"{SUPPORT}{asked.pk}/file/"
        assert path in staff.get(page_of(asked)).content.decode()
        answer = staff.get(path)
        assert b"".join(answer.streaming_content) == b"\x89PNG"
        assert answer["Content-Disposition"] == 'attachment; filename="banner.png"'

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({}, "link"),
            ({"link": "javascript:alert(1)"}, "link"),
            ({"file": ("page.html", b"<script>")}, "file"),
            ({"file": ("virus.svg", b"<svg>")}, "file"),
        ],
    )
    def test_nothing_or_something_dangerous_is_refused(self, staff, asked, given, field):
        given = {name: SimpleUploadedFile(*value) if name == "file" else value for name, value in given.items()}
        answer = self.fulfil(staff, asked, **given)
        assert field in answer.context["adminform"].form.errors
        asked.refresh_from_db()
        assert asked.status == "requested"
        assert not MarketingCounter.objects.exists()

    def test_a_file_that_is_too_large_is_refused(self, staff, asked, monkeypatch):
        monkeypatch.setattr("cp.admin.marketing_requests.MOST_BYTES", 2)
        answer = self.fulfil(staff, asked, file=SimpleUploadedFile("banner.png", b"123"))
        assert "file" in answer.context["adminform"].form.errors

    def test_what_is_answered_is_only_read(self, staff, boss, asked):
        marketing.fulfil(marketing_request=asked, by=boss, link="https://files.example/banner")
        assert staff.get(page_of(asked)).status_code == 200
        assert staff.post(page_of(asked), {"link": "https://other.example"}).status_code == 403
        assert MarketingCounter.objects.get().creatives_shared == 1

    def test_declining_needs_a_reason(self, staff, asked):
        path = f"{SUPPORT}{asked.pk}/decline/"
        assert staff.post(path, {"answered": "yes"}).status_code == 200
        asked.refresh_from_db()
        assert asked.status == "requested"
        assert staff.post(path, {"answered": "yes", "answer": "Not this month"})["Location"] == page_of(asked)
        asked.refresh_from_db()
        assert (asked.status, asked.answer) == ("declined", "Not this month")
        assert not MarketingCounter.objects.exists()

    def test_selected_ones_are_declined_together(self, staff, asked):
        act(staff, SUPPORT, "decline_selected", asked, answered="yes", answer="No")
        asked.refresh_from_db()
        assert asked.status == "declined"


class TestWhoMay:
    @pytest.mark.parametrize(("person", "status"), [({"manager": True}, 302), ({"is_staff": True}, 403)])
    def test_others_get_nowhere(self, client, ads, asked, person, status):
        client.force_login(UserFactory(**person))
        for path in (page_of(ads), page_of(asked), f"{SUPPORT}{asked.pk}/decline/", ADS, SUPPORT):
            assert client.get(path).status_code == status
            assert client.post(path, {"answered": "yes", "answer": "No"}).status_code == status
        assert client.get(f"{SUPPORT}{asked.pk}/file/").status_code == (302 if status == 302 else 404)

    def test_staff_who_may_only_look_change_nothing(self, client, ads, asked):
        clerk = UserFactory(is_staff=True)
        clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_adsrequest", "view_marketingrequest"]))
        client.force_login(clerk)
        for row in (ads, asked):
            assert client.get(page_of(row)).status_code == 200
            assert (
                client.post(page_of(row), {"status": "in_discussion", "link": "https://x.example"}).status_code == 403
            )
        assert client.post(f"{SUPPORT}{asked.pk}/decline/", {"answered": "yes", "answer": "x"}).status_code == 403
        assert not AdsRequestStep.objects.exists()


class TestHome:
    def test_it_shows_what_waits(self, staff, boss, ads, asked):
        page = staff.get("/admin/").content.decode()
        assert page_of(ads) in page
        assert page_of(asked) in page
        ads_requests.advance(ads_request=ads, to="in_discussion", by=boss)
        marketing.decline(marketing_request=asked, by=boss, answer="No")
        panels = {panel.title: panel for panel in staff.get("/admin/").context["panels"]}
        assert (panels["New ads requests"].count, panels["New ads requests"].rows) == (0, [])
        assert (panels["Marketing requests"].count, panels["Marketing requests"].rows) == (0, [])


@pytest.mark.parametrize("path", [ADS, SUPPORT, f"{ADS}?status__exact=requested", "/admin/"])
def test_a_list_asks_as_much_for_many_rows_as_for_few(staff, path):
    def rows(count):
        for cp in UserFactory.create_batch(count, cp=True):
            AdsRequestFactory(cp=cp)
            MarketingCounterFactory(cp=cp)
            marketing.request(by=cp, type="edm")

    rows(2)
    few = queries_of(staff, path)
    rows(10)
    assert MarketingRequest.objects.count() == 12
    assert queries_of(staff, path) == few <= 20
