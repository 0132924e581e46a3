"""Actions that ask something first (to whom? to which status?) and then call a service for each row."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse

from betterside.errors import DomainError

# Rows are changed one by one, each with its history: more would keep the browser waiting too long.
MOST_ROWS = 200


class QuestionForm(forms.Form):
    """Its fields are the answers; without any, the question wants nothing but a yes."""

    def __init__(self, rows: list, data=None):
        super().__init__(data)
        self.rows = rows


@dataclass(frozen=True)
class Question:
    """`apply(row, **answers)` calls the service; `done` says in the staff log what happened to a row."""

    action: str
    title: str
    button: str
    done: str
    apply: Callable
    form: type[QuestionForm] = QuestionForm
    warning: str = ""
    dangerous: bool = False


def ask(model_admin, request, rows, question: Question, *, back: str = ""):
    """The page with the question; with its answer, the change and the way back to `back`, else to the list."""
    rows = list(rows[: MOST_ROWS + 1])
    if len(rows) > MOST_ROWS:
        messages.error(request, f"Select at most {MOST_ROWS} rows.")
        return None
    form = question.form(rows, request.POST if "answered" in request.POST else None)
    if not (request.method == "POST" and form.is_valid()):
        return _page(model_admin, request, question, form, back)
    carry_out(model_admin, request, rows, question, form.cleaned_data)
    return HttpResponseRedirect(back or request.get_full_path())


def carry_out(model_admin, request, rows, question: Question, answers: dict | None = None) -> None:
    """Apply to each row in a transaction of its own; say how many were done, and why others were not."""
    done, refused = 0, Counter()
    for row in rows:
        try:
            with transaction.atomic():
                question.apply(row, **(answers or {}))
                model_admin.log_change(request, row, question.done)
        except DomainError as refusal:
            refused[refusal.message] += 1
        else:
            done += 1
    words = model_admin.opts.verbose_name if done == 1 else model_admin.opts.verbose_name_plural
    if done:
        messages.success(request, f"{question.done}: {done} {words}.")
    for reason, count in refused.items():
        messages.error(request, f"{count} not changed: {reason}")


def _page(model_admin, request, question: Question, form, back: str):
    context = {
        **model_admin.admin_site.each_context(request),
        "title": question.title,
        "opts": model_admin.opts,
        "media": form.media,
        "question": question,
        "form": form,
        "back": back or request.get_full_path(),
        "checkbox_name": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "staff/question.html", context)
