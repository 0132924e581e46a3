"""Who the made-up leads are."""

import random
from dataclasses import dataclass

from betterside.accounts.models import Entity

from ...models import Lead

FIRST = (
    "Aarav Aditi Amit Ananya Arjun Asha Bhavna Chetan Deepa Dev Divya Esha Farhan Gaurav Geeta Harish Imran Isha Jatin "
    "Jaya Karan Kavya Kunal Lakshmi Leela Manav Meera Mohan Naveen Neha Nikhil Omar Pallavi Pooja Pranav Priya Rahul "
    "Rakesh Ravi Rekha Rohan Sameer Sana Sanjay Shreya Sunil Tara Uma Varun Vidya Vikram Vivek Yash Zoya"
)
LAST = (
    "Agarwal Ahuja Anand Arora Bajaj Banerjee Basu Bedi Bhat Bhatia Bose Chopra Chauhan Dalal Das Desai Deshmukh Dhar "
    "Dixit Dubey Dutta Fernandes Gandhi Ghosh Gill Goel Gokhale Gupta Iyengar Iyer Jain Jha Joshi Kapoor Kaul Khan "
    "Khanna Kohli Kulkarni Kumar Lal Mahajan Malhotra Malik Mathur Mehta Menon Mishra Mukherjee Nair Naidu Nanda Patel "
    "Patil Pillai Prasad Puri Rana Rao Reddy Roy Saxena Sen Sethi Shah Sharma Shetty Singh Sinha Sood Tandon Thakur "
    "Thomas Tiwari Trivedi Varma Verma Vora Wagle Yadav"
)
FIRMS = (
    "Acme Corp|Orbit Exports|Lotus Foods|Blue Hill Trading|Nimbus Labs|Indus Textiles|Sapphire Travels|Kaveri Steel|"
    "Monsoon Media|Banyan Capital|Coral Logistics|Deccan Motors|Peacock Interiors|Saffron Hotels|Tulsi Pharma"
)
FIRST_NAMES, LAST_NAMES, COMPANIES = FIRST.split(), LAST.split(), FIRMS.split("|")
PRACTICES = ["Dental Care", "Family Practice", "Eye Clinic", "Physiotherapy", "Pediatrics", "Dermatology"]
TITLES = ["", "Owner", "Manager", "Engineer", "Accountant", "Teacher", "Consultant", "Director"]
INTERESTS = ["Evening course", "Weekend course", "Two rooms", "Three rooms", "Demo", "Price list", "Call back"]
# Platform, source and page of captured leads; who nobody captured was typed in.
ORIGINS = [
    (Lead.Platform.FACEBOOK, "Facebook Lead Ads", "118034500001", "Lead form"),
    (Lead.Platform.INSTAGRAM, "Instagram Lead Ads", "118034500002", "Stories"),
    (Lead.Platform.WEBSITE, "Landing page", "", "Enquiry"),
    ("", "Referral", "", ""),
]
SHARES = [45, 20, 22, 13]
# The channel's own words (channel.md).
CHANNEL_SOURCES = {"": "referral", Lead.Platform.WEBSITE: "organic"}


@dataclass(frozen=True)
class Person:
    first: str
    last: str
    email: str
    phone: str
    e164: str
    digits: str
    company: str
    title: str
    platform: str
    source: str
    page: str
    page_name: str


def invent(dice: random.Random, entity: Entity, number: int) -> Person:
    """Somebody whose e-mail, by the number, nobody else has."""
    first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
    platform, source, page, page_name = dice.choices(ORIGINS, SHARES)[0]
    pipeline = entity.main_pipeline
    if pipeline == Entity.MainPipeline.CHANNEL:
        source = CHANNEL_SOURCES.get(platform, "meta_ads")
    company = dice.choice(COMPANIES) if dice.random() < 0.4 else ""
    if pipeline == Entity.MainPipeline.PRACTICE:
        company = f"{last} {dice.choice(PRACTICES)}"
    return Person(
        first,
        last,
        f"{first}.{last}.{number}@mail.example".lower(),
        *_phone(dice, entity),
        company,
        dice.choice(TITLES),
        platform,
        source,
        page,
        page_name,
    )


def _phone(dice: random.Random, entity: Entity) -> tuple[str, str, str]:
    """As it was typed, and the two normal forms that crm.services.phones makes of it."""
    if entity.default_region == "US":
        local = f"212{dice.randrange(2_000_000, 10_000_000)}"
        return f"+1 {local}", f"+1{local}", f"1{local}"
    local = f"98{dice.randrange(10_000_000, 100_000_000)}"
    if entity.main_pipeline == Entity.MainPipeline.CHANNEL:
        return local, f"+91{local}", local
    return f"+91 {local}", f"+91{local}", f"91{local}"
