import orjson
from rest_framework import serializers

from .renderers import JSONRenderer
from .shapes import Shape


class KeepingChange(serializers.Serializer):
    """A change in which a value that is sent as it is shown is none, so that no rule refuses it: leads that were captured
    have names, addresses and phones that nobody could enter, and clients send whole objects back.

    The instance is the object; `kept` names fields of `shape` that the change has too.
    """

    shape: type[Shape]
    kept: tuple[str, ...]

    def to_internal_value(self, data):
        if self.instance and isinstance(data, dict):
            shown = orjson.loads(JSONRenderer().render(self.shape.of(self.instance)))
            data = {key: value for key, value in data.items() if key not in self.kept or value != shown[key]}
        return super().to_internal_value(data)
