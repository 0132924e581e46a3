import re

from django.db import models
from django.db.models import Q

ZIP_CODE, EIN, NPI = r"[0-9]{5}(-[0-9]{4})?", r"[0-9]{2}-[0-9]{7}", r"[0-9]{10}"
# The postal codes of states, the district and territories.
STATES = frozenset(
    [
        "AL",
        "AK",
        "AZ",
        "AR",
        "CA",
        "CO",
        "CT",
        "DE",
        "DC",
        "FL",
        "GA",
        "HI",
        "ID",
        "IL",
        "IN",
        "IA",
        "KS",
        "KY",
        "LA",
        "ME",
        "MD",
        "MA",
        "MI",
        "MN",
        "MS",
        "MO",
        "MT",
        "NE",
        "NV",
        "NH",
        "NJ",
        "NM",
        "NY",
        "NC",
        "ND",
        "OH",
        "OK",
        "OR",
        "PA",
        "RI",
        "SC",
        "SD",
        "TN",
        "TX",
        "UT",
        "VT",
        "VA",
        "WA",
        "WV",
        "WI",
        "WY",
        "PR",
        "GU",
        "VI",
        "AS",
        "MP",
    ]
)


def words_of(*texts: str) -> set[str]:
    """The single specialties of texts like "Cardiology, Internal Medicine", to compare without regard to case."""
    return {word.strip().casefold() for text in texts for word in re.split("[,;]", text)} - {""}


class PracticeProfile(models.Model):
    """What a practice lead has besides (practice.md, body of "Lead Update Endpoint").

    `practice_name`, `owner_name` and `practice_phone` stand on the lead as company, full name and phone.
    """

    class EntityType(models.TextChoices):
        INDIVIDUAL = "Individual"
        ORGANIZATION = "Organization"

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    lead = models.OneToOneField("crm.Lead", on_delete=models.CASCADE, related_name="practice")
    owner_phone = models.CharField(max_length=30, blank=True)
    address = models.CharField(max_length=255, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip_code = models.CharField(max_length=10, blank=True)
    ein = models.CharField(max_length=10, blank=True)
    npi = models.CharField(max_length=10, blank=True)
    entity_type = models.CharField(max_length=12, choices=EntityType, blank=True)
    providers = models.PositiveIntegerField(null=True, blank=True)
    specialties = models.CharField(max_length=500, blank=True)
    is_sole_proprietor = models.BooleanField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["entity", "state"], condition=~Q(state=""), name="practice_by_state")]

    def __str__(self):
        return f"Practice of lead {self.lead_id}"
