from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from ..roles import MANAGERS, OWNERS, Role, may
from .entity import Entity


class UserQuerySet(models.QuerySet):
    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id)

    def with_login(self, login: str):
        """The user whose e-mail or username this is, without regard to case; an e-mail wins."""
        return self.filter(Q(email__iexact=login) | Q(username__iexact=login)).order_by(
            models.Case(models.When(email__iexact=login, then=0), default=1)
        )

    def able_to_own_leads(self):
        return self.filter(is_active=True, is_approved=True, role__in=OWNERS)

    def waiting_for_approval(self):
        """Who proved their address and has no seat yet."""
        return self.filter(is_active=True, is_verified=True, is_approved=False)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email, password=None, **fields):
        fields.setdefault("username", email.split("@")[0])
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        fields.setdefault("entity", Entity.objects.get(slug="betterside"))
        fields.setdefault("role", Role.ADMIN)
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, is_verified=True, is_approved=True, **fields
        )

    def get_by_natural_key(self, login):
        user = self.with_login(login).first()
        if user is None:
            raise self.model.DoesNotExist
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. `is_approved` is the seat: without it nothing of the entity can be read."""

    email = models.EmailField(max_length=100)
    username = models.CharField(max_length=50)
    first_name = models.CharField(max_length=50, blank=True)
    last_name = models.CharField(max_length=50, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    role = models.PositiveSmallIntegerField(choices=Role, default=Role.SALES_REP)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="users")
    is_active = models.BooleanField(default=True)
    is_verified = models.BooleanField(default=False, help_text="The e-mail address was proved with a one-time code.")
    is_approved = models.BooleanField(default=False, help_text="Has a seat in the entity.")
    is_away = models.BooleanField(default=False, help_text="Gets no leads by automatic assignment.")
    is_staff = models.BooleanField(default=False, help_text="BetterSide staff: may use the admin.")
    last_activity = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.UniqueConstraint(Lower("username"), name="user_username_unique"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
        ]
        indexes = [models.Index(fields=["entity", "role", "is_active"], name="user_entity_role")]

    def __str__(self):
        return self.email

    def get_full_name(self):
        return f"{self.first_name} {self.last_name}".strip() or self.username

    get_short_name = get_full_name

    @property
    def role_name(self) -> str:
        return Role(self.role).label

    @property
    def is_manager(self) -> bool:
        return self.role in MANAGERS

    def may(self, right: str) -> bool:
        return may(self, right)

    def get_session_auth_hash(self):
        """A change of password or of entity ends every session (DESIGN section 3)."""
        return self._session_hash()

    def get_session_auth_fallback_hash(self):
        from django.conf import settings

        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret)

    def _session_hash(self, secret=None):
        return salted_hmac("betterside.session", f"{self.password}:{self.entity_id}", secret=secret).hexdigest()
