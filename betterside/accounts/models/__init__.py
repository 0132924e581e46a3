from .entity import Entity
from .login import Login
from .one_time_code import OneTimeCode
from .user import User

__all__ = ["Entity", "Login", "OneTimeCode", "User"]
