"""Template tags that know leads: `{% load panel %}`."""

from django import template

register = template.Library()


@register.filter
def tel_link(lead) -> str:
    """`tel:` with the international number where it is known, else what was typed, digits only."""
    return f"tel:{lead.phone_e164 or lead.phone_digits}"


@register.filter
def whatsapp_link(lead) -> str:
    """Empty unless the international number is known: WhatsApp finds nobody by a local one."""
    return f"https://wa.me/{lead.phone_e164.lstrip('+')}" if lead.phone_e164 else ""
