"""Development servers: `manage.py runserver` on uvicorn, and `manage.py dev`, which runs web and worker together."""
