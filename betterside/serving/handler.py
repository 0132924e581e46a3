"""Django under ASGI, a request's middleware and view in one thread.

Django's own handler sends each hook of each middleware to a worker thread by itself, eighteen times for one of our
requests, which takes longer than the request's queries. Here the whole chain is synchronous: one way there and back.
Views that are coroutines, as live updates, run on the server's loop as ever.
"""

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_started
from django.db import close_old_connections, reset_queries


class Handler(ASGIHandler):
    def __init__(self):
        super().__init__()
        # They would make one more way to a thread. Here a request's thread is its own, and has no connection yet.
        for receiver in (close_old_connections, reset_queries):
            request_started.disconnect(receiver)

    def load_middleware(self, is_async=False):
        super().load_middleware(is_async=False)

    async def get_response_async(self, request):
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)
