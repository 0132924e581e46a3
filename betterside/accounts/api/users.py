"""/api/users: the people of one's entity (DESIGN section 3). Admins manage them, others may read names."""

from rest_framework import serializers

from betterside.api import limits
from betterside.api.faces import SALES
from betterside.api.paging import OffsetQuery, cut
from betterside.api.sales import enveloped, success
from betterside.api.schema import documented
from betterside.api.views import FaceViewSet
from betterside.errors import NotAllowed, NotFound

from .. import filters
from ..models import User
from ..roles import Role
from ..services import users
from .serializers import AddressField, PhoneField, UsernameField
from .shapes import AccountShape, ColleagueShape

INVITATIONS_A_MINUTE = 30


class RoleField(serializers.ChoiceField):
    """A role by its name; the model's number comes out."""

    def __init__(self, **kwargs):
        super().__init__(choices=Role.labels, **kwargs)

    def to_internal_value(self, data):
        return Role.named(super().to_internal_value(data))


class UserQuery(OffsetQuery):
    search = serializers.CharField(max_length=100, required=False, help_text="Part of names, username or e-mail.")
    role = serializers.ChoiceField(Role.labels, required=False)
    is_active = serializers.BooleanField(required=False)
    is_approved = serializers.BooleanField(required=False)


class UserChange(serializers.Serializer):
    first_name = serializers.CharField(max_length=50, required=False)
    last_name = serializers.CharField(max_length=50, required=False, allow_blank=True)
    phone = PhoneField(required=False)
    role = RoleField(required=False)
    is_active = serializers.BooleanField(required=False)
    is_approved = serializers.BooleanField(required=False)
    is_away = serializers.BooleanField(required=False)


class Invitation(serializers.Serializer):
    email = AddressField()
    username = UsernameField(required=False)
    first_name = serializers.CharField(max_length=50, required=False, default="")
    last_name = serializers.CharField(max_length=50, required=False, allow_blank=True, default="")
    phone = PhoneField(default="")
    role = RoleField(default=Role.SALES_REP)


class Approval(serializers.Serializer):
    role = RoleField(required=False)


ONE = enveloped("UserAnswer", AccountShape())
MANY = enveloped("UserList", AccountShape(many=True), filters=serializers.DictField(), total=serializers.IntegerField())


class UserViewSet(FaceViewSet):
    face = SALES
    right = "users.manage"
    rights = {"list": "users.read", "retrieve": "users.read"}

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if self.action == "create":  # before the transaction, which would take the count back
            limits.hit("users.invite", request.user.pk, limit=INVITATIONS_A_MINUTE)

    @property
    def shape(self):
        return AccountShape if self.request.user.may("users.manage") else ColleagueShape

    def found(self, user_id: int) -> User:
        """A colleague: NotFound outside the entity, NotAllowed for one who waits for approval unless one is admin."""
        user = User.objects.in_entity_of(self.request.user).select_related("entity").filter(pk=user_id).first()
        if user is None:
            raise NotFound
        if not user.is_approved and not self.request.user.may("users.manage"):
            raise NotAllowed
        return user

    @documented(query=UserQuery, answer=MANY, summary="Colleagues; only admins see addresses, phones and times")
    def list(self, request):
        query = self.query(UserQuery)
        people = filters.users(User.objects.visible_to(request.user), query).select_related("entity").order_by("id")
        return success(self.shape.many(cut(people, query)), filters=query, total=people.count())

    @documented(answer=ONE, summary="One colleague")
    def retrieve(self, request, user_id):
        return success(self.shape.of(self.found(user_id)))

    @documented(body=Invitation, answer=ONE, status=201, summary="Invite by e-mail, or mail the invitation again")
    def create(self, request):
        user = users.invite(by=request.user, **self.body(Invitation))
        return success(AccountShape.of(user), "The invitation is on its way.", status=201)

    @documented(body=UserChange, answer=ONE, summary="Change a colleague")
    def partial_update(self, request, user_id):
        fields = self.body(UserChange)
        return self._changed(user_id, fields, "User updated successfully")

    @documented(body=Approval, answer=ONE, summary="Give a seat, in a role if one is named")
    def approve(self, request, user_id):
        return self._changed(user_id, self.body(Approval) | {"is_approved": True}, "User approved successfully")

    @documented(answer=ONE, summary="Take the account out of use; every login ends")
    def deactivate(self, request, user_id):
        return self._changed(user_id, {"is_active": False}, "User deactivated successfully")

    def _changed(self, user_id: int, fields: dict, message: str):
        user = users.change(user=self.found(user_id), by=self.request.user, fields=fields)
        return success(AccountShape.of(user), message)
