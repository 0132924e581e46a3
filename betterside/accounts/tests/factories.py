import factory
from factory.django import DjangoModelFactory

from ..models import Entity, User
from ..roles import Role

PASSWORD = "correct horse battery"


class EntityFactory(DjangoModelFactory):
    class Meta:
        model = Entity
        django_get_or_create = ["slug"]

    slug = "acme"
    name = factory.SelfAttribute("slug")


class UserFactory(DjangoModelFactory):
    """A verified, approved person of the entity `acme`; roles by trait: `UserFactory(cp=True)`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        admin = factory.Trait(role=Role.ADMIN)
        manager = factory.Trait(role=Role.MANAGER)
        rep = factory.Trait(role=Role.SALES_REP)
        support = factory.Trait(role=Role.SUPPORT)
        agent = factory.Trait(role=Role.AGENT)
        cp = factory.Trait(role=Role.CP)
        developer = factory.Trait(role=Role.DEVELOPER)
        buyer = factory.Trait(role=Role.BUYER)

    entity = factory.SubFactory(EntityFactory)
    username = factory.Sequence(lambda n: f"user{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@{user.entity.slug}.example")
    first_name = factory.Sequence(lambda n: f"First{n}")
    last_name = "Last"
    role = Role.SALES_REP
    is_verified = True
    is_approved = True

    @factory.post_generation
    def password(self, create, extracted, **kwargs):
        self.set_password(extracted or PASSWORD)
        if create:
            self.save(update_fields=["password"])
