"""The template tags of every page, without a database."""

import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory

from betterside import ui


def render(source: str, **context) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


class SignIn(forms.Form):
    name = forms.CharField(help_text="As on the card.")
    phone = forms.RegexField(r"^[0-9]{10}$")
    password = forms.CharField(widget=forms.PasswordInput, required=False)
    city = forms.ChoiceField(choices=[("pune", "Pune")])
    agreed = forms.BooleanField()


class TestIcon:
    def test_it_is_hidden_from_readers_unless_it_means_something(self):
        assert 'aria-hidden="true"' in ui.icon("users")
        assert 'role="img" aria-label="Won &amp; paid"' in ui.icon("check", label="Won & paid")

    def test_it_refuses_an_unknown_name(self):
        with pytest.raises(TemplateSyntaxError, match="no icon 'unicorn'"):
            render('{% icon "unicorn" %}')


class TestField:
    def test_it_ties_label_control_and_help_together(self):
        html = render("{% field form.name %}", form=SignIn())
        assert 'for="id_name"' in html
        assert 'aria-describedby="id_name_helptext"' in html
        assert 'id="id_name_helptext">As on the card.' in html

    def test_it_shows_the_error_beside_the_field(self):
        html = render("{% field form.phone %}", form=SignIn({"phone": "<98>"}))
        assert 'aria-invalid="true"' in html
        assert 'aria-describedby="id_phone_error"' in html
        assert 'id="id_phone_error"' in html
        assert "is-invalid" in html
        assert 'value="&lt;98&gt;"' in html

    def test_it_never_repeats_a_password(self):
        html = render("{% field form.password %}", form=SignIn({"password": "secret"}))
        assert "secret" not in html
        assert "data-show-password" in html

    def test_it_says_what_may_stay_empty(self):
        assert "optional" in render("{% field form.password %}", form=SignIn())
        assert "optional" not in render("{% field form.name %}", form=SignIn())

    def test_it_gives_attributes_to_the_control(self):
        html = render('{% field form.name rows=4 hx_get="/x" class="wide" %}', form=SignIn())
        assert 'rows="4"' in html
        assert 'hx-get="/x"' in html
        assert 'class="form-control wide"' in html

    @pytest.mark.parametrize(("name", "css"), [("city", "form-select"), ("agreed", "form-check-input")])
    def test_each_kind_of_control_has_its_class(self, name, css):
        assert f'class="{css}"' in render("{% field form." + name + " %}", form=SignIn())


def test_pagination_keeps_the_other_parameters():
    request = RequestFactory().get("/leads", {"status": "new", "page": "2"})
    page = Paginator(range(95), 10).get_page(2)
    template = Template('{% load ui %}{% pagination page "leads" %}')
    html = template.render(RequestContext(request, {"page": page}))
    assert "11–20 of 95 leads" in html
    assert set(re.findall(r'href="([^"]+)"', html)) == {f"?status=new&amp;page={n}" for n in (1, 2, 3, 10)}


@pytest.mark.parametrize(
    ("path", "href", "expected"),
    [("/", "/", True), ("/leads", "/", False), ("/leads/3", "/leads", True), ("/leadsheet", "/leads", False)],
)
def test_a_tab_is_lit_on_its_page_and_below(path, href, expected):
    assert ui.is_under(path, href) is expected


@pytest.mark.parametrize(
    ("name", "words"), [("follow_up", "Follow up"), ("called_no_answer", "Called, no answer"), ("", "")]
)
def test_stored_names_are_read_as_words(name, words):
    assert ui.in_words(name) == words


@pytest.mark.parametrize(("name", "letters"), [("Asha Kulkarni", "AK"), ("cp1", "C"), ("a.b@c.d", "AB"), ("", "")])
def test_initials(name, letters):
    assert ui.initials(name) == letters


def test_a_chart_shows_its_numbers_and_escapes_its_data():
    html = render(
        '{% chart "c" "Leads" "bar" labels series %}', labels=["</script>"], series=[{"label": "n", "values": [3]}]
    )
    assert "<td>3</td>" in html
    assert "</script><" not in html.replace("</script>\n</figure>", "")
    assert "\\u003C/script\\u003E" in html


def test_a_chart_refuses_values_without_labels():
    with pytest.raises(ValueError, match="zip"):
        render('{% chart "c" "Leads" "bar" labels series %}', labels=["a"], series=[{"label": "n", "values": [3, 4]}])


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_a_problem_page_needs_no_context(name):
    html = render_to_string(name)
    assert "<h1>" in html
    assert 'href="/"' in html
