from .entity import Entity
from .login import Login
from .user import User

__all__ = ["Entity", "Login", "User"]
