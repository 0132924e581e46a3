"""/api/auth/*: getting an account, and getting back into it (sales.md, "Authentication Endpoints")."""

from rest_framework import serializers

from betterside.api.addresses import client_address
from betterside.api.faces import SALES
from betterside.api.sales import NothingField, enveloped, success
from betterside.api.schema import documented
from betterside.api.views import FaceViewSet

from ..services import codes, passwords, registration
from . import serializers as bodies
from .shapes import RegisteredShape, VerifiedShape

REGISTERED = "User registered successfully. Please check your email for verification."
VERIFIED = "Your e-mail address is verified. You can sign in."
WAITING = "Your e-mail address is verified. An administrator has to approve your account."
LIMIT = f"At most {codes.CODES_PER_HOUR} codes are sent in an hour."
RESENT = f"If this address waits for verification, a new code is on its way. {LIMIT}"
FORGOT = f"If this address has an account, a code is on its way. {LIMIT}"
CHANGED = "The password is changed. Sign in with it."


class StrangerViewSet(FaceViewSet):
    """Open to strangers. Not atomic: what is counted outlives a refusal."""

    face = SALES
    atomic = False
    authentication_classes = []
    permission_classes = []


class RegistrationViewSet(StrangerViewSet):
    @documented(
        body=bodies.RegisterBody,
        answer=enveloped("RegisterAnswer", RegisteredShape(), message=serializers.CharField()),
        status=201,
        summary="Register; a code is mailed. The answer is the same whether or not the address has an account",
    )
    def register(self, request):
        data = self.body(bodies.RegisterBody)
        registered = registration.register(address=client_address(request), **data)
        return success(RegisteredShape.of(registered), REGISTERED, status=201)

    @documented(
        body=bodies.VerifyBody,
        answer=enveloped("VerifyAnswer", VerifiedShape(), message=serializers.CharField()),
        summary="Prove the address with the mailed code",
    )
    def verify(self, request):
        data = self.body(bodies.VerifyBody)
        user = registration.verify(email=data["email"], digits=data["otp"], address=client_address(request))
        return success(VerifiedShape.of(user), VERIFIED if user.is_approved else WAITING)

    @documented(
        body=bodies.EmailBody,
        answer=enveloped("ResendAnswer", NothingField(), message=serializers.CharField()),
        summary="Mail a new code; it replaces the older one",
    )
    def resend(self, request):
        registration.resend(address=client_address(request), **self.body(bodies.EmailBody))
        return success(None, RESENT)


class PasswordViewSet(StrangerViewSet):
    @documented(
        body=bodies.EmailBody,
        answer=enveloped("ForgotAnswer", NothingField(), message=serializers.CharField()),
        summary="Mail a code for a new password",
    )
    def forgot(self, request):
        passwords.forgot(address=client_address(request), **self.body(bodies.EmailBody))
        return success(None, FORGOT)

    @documented(
        body=bodies.ResetBody,
        answer=enveloped("ResetAnswer", NothingField(), message=serializers.CharField()),
        summary="Set a new password with the mailed code; ends every login",
    )
    def reset(self, request):
        data = self.body(bodies.ResetBody)
        passwords.reset(
            email=data["email"], digits=data["otp"], password=data["password"], address=client_address(request)
        )
        return success(None, CHANGED)
