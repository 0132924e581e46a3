"""Write .env for development, with secrets of its own. An existing file is left alone. Needs Python only."""

import base64
import secrets
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / ".env"
TEXT = """\
# Written once by `make setup` for development; .env.example explains each name.
DEBUG=true
SECRET_KEY={}
JWT_SECRET={}
ADMIN_API_TOKEN={}
FB_APP_SECRET={}
FB_VERIFY_TOKEN={}
# A stand-in for Meta, which `manage.py dev` runs beside the rest; a real page's token comes from Meta.
META_GRAPH_URL=http://127.0.0.1:8765
FB_PAGE_ACCESS_TOKEN=demo-page-token
FIELD_ENCRYPTION_KEYS={}
"""


def main() -> None:
    if FILE.exists():
        return
    words = [secrets.token_urlsafe(48), secrets.token_urlsafe(48), *(secrets.token_urlsafe(24) for _ in range(3))]
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    with FILE.open("x") as file:
        FILE.chmod(0o600)
        file.write(TEXT.format(*words, key))
    print("Wrote .env with new secrets.")


if __name__ == "__main__":
    main()
