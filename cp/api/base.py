from betterside.api.faces import CHANNEL
from betterside.api.views import FaceViewSet


class ChannelViewSet(FaceViewSet):
    face = CHANNEL
    right = "channel.use"
