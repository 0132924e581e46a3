"""Whole answers of what no sample of sales.md shows: verifying, forgotten passwords, approval, deactivation."""

import pytest

from .factories import EntityFactory, UserFactory
from .mailbox import code_for

pytestmark = pytest.mark.django_db

PERSON = {
    "username": "john_doe",
    "email": "john@company.com",
    "password": "SecurePass123",
    "first_name": "John",
    "last_name": "Doe",
    "phone": "+1234567890",
}


@pytest.fixture
def company():
    return EntityFactory(slug="company", name="company", email_domain="company.com")


def test_from_registration_to_a_new_password(api, company, golden):
    golden(api.post("/api/auth/register", PERSON), "sales/register")
    golden(api.post("/api/auth/register", {}), "sales/register-empty")
    email = {"email": PERSON["email"]}
    golden(api.post("/api/auth/resend-otp", email), "sales/resend-otp")
    golden(api.post("/api/auth/verify-otp", email | {"otp": "abc"}), "sales/verify-otp-malformed")
    code = code_for(PERSON["email"])
    another = f"{(int(code) + 1) % 10**6:06d}"
    golden(api.post("/api/auth/verify-otp", email | {"otp": another}), "sales/verify-otp-wrong")
    golden(api.post("/api/auth/verify-otp", email | {"otp": code}), "sales/verify-otp")
    golden(api.post("/api/auth/verify-otp", email | {"otp": code}), "sales/verify-otp-wrong")
    golden(api.post("/api/auth/password/forgot", email), "sales/password-forgot")
    new = {"otp": code_for(PERSON["email"]), "password": "AnotherPass456"}
    golden(api.post("/api/auth/password/reset", email | new), "sales/password-reset")


def test_an_admin_approves_and_deactivates(api, company, golden):
    admin = api.as_(UserFactory(entity=company, username="boss", admin=True))
    names = {"first_name": "Nina", "last_name": "New", "email": "nina@elsewhere.example"}
    newcomer = UserFactory(entity=company, username="nina", is_approved=False, **names)
    golden(admin.post(f"/api/users/{newcomer.pk}/approve", {"role": "sales_rep"}), "sales/user-approve")
    golden(admin.post(f"/api/users/{newcomer.pk}/deactivate", {}), "sales/user-deactivate")
