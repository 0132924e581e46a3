"""Template tags that know leads: `{% load panel %}`."""

from django import template

from betterside import clock
from betterside.realtime.models import Notification

from ..panel import money, progress

register = template.Library()


@register.filter
def tel_link(lead) -> str:
    """`tel:` with the international number where it is known, else what was typed, digits only."""
    return f"tel:{lead.phone_e164 or lead.phone_digits}"


@register.filter
def whatsapp_link(lead) -> str:
    """Empty unless the international number is known: WhatsApp finds nobody by a local one."""
    return f"https://wa.me/{lead.phone_e164.lstrip('+')}" if lead.phone_e164 else ""


@register.filter
def steps(ads_request) -> list[progress.Step]:
    return progress.of(ads_request)


register.filter("rupees", money.rupees)
register.filter("money", money.written)


@register.filter
def owns_channel(user) -> bool:
    """Whether they work in the channel themselves; managers look on."""
    return user.may("channel.own")


@register.filter
def is_over(moment) -> bool:
    return moment is not None and moment < clock.now()


@register.filter
def edits_leads(user) -> bool:
    return user.may("leads.edit_own")


BELL_LENGTH = 6


@register.filter
def bell(user) -> dict:
    """unread (how many) and newest (notifications, unread first)."""
    mine = Notification.objects.visible_to(user)
    return {"unread": mine.unread().count(), "newest": list(mine.unread_first()[:BELL_LENGTH])}
