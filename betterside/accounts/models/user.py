from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Lower
from django.utils.crypto import salted_hmac

from ..roles import MANAGERS, OWNERS, Role, may
from .entity import Entity

# `email__lower=…` uses the index of the unique constraint; `iexact` compares in upper case and reads every row.
models.CharField.register_lookup(Lower)


class UserQuerySet(models.QuerySet):
    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id)

    def visible_to(self, user):
        """An admin sees everybody of the entity, others who has a seat."""
        colleagues = self.in_entity_of(user)
        return colleagues if user.may("users.manage") else colleagues.filter(is_approved=True)

    def with_email(self, email: str):
        return self.filter(email__lower=email.lower())

    def with_login(self, login: str):
        """The user whose e-mail or username this is, without regard to case; an e-mail wins."""
        login = login.lower()
        return self.filter(Q(email__lower=login) | Q(username__lower=login)).order_by(
            models.Case(models.When(email__lower=login, then=0), default=1)
        )

    def locked_with_email(self, email: str):
        """The user, locked until the transaction ends, with their entity; None when there is none."""
        found = self.with_email(email).select_related("entity")
        return found.select_for_update(of=("self",), no_key=True).first()

    def active(self):
        """Whose account and entity are both in use."""
        return self.filter(is_active=True, entity__is_active=True)

    def able_to_own_leads(self):
        return self.filter(is_active=True, is_approved=True, role__in=OWNERS)

    def waiting_for_approval(self):
        """Who proved their address and has no seat yet."""
        return self.filter(is_active=True, is_verified=True, is_approved=False)

    def able_to_manage_users(self):
        """The entity's admins who can sign in."""
        return self.filter(role=Role.ADMIN, is_active=True, is_approved=True, is_verified=True)

    def matching(self, text: str):
        """Part of the names, the username or the e-mail."""
        found = self.annotate(full_name=Concat("first_name", Value(" "), "last_name"))
        return found.filter(Q(full_name__icontains=text) | Q(username__icontains=text) | Q(email__icontains=text))


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

    # Never stored: true only on the copy that crm.services.access.staff gives to the admin.
    acts_as_staff = False

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

    @property
    def is_invited(self) -> bool:
        """Has a seat but never came: the invitation waits for its first password."""
        return self.is_approved and not self.is_verified and not self.has_usable_password()

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
