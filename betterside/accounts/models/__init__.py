from .api_key import ApiKey
from .entity import Entity
from .login import Login
from .one_time_code import OneTimeCode
from .user import User

__all__ = ["ApiKey", "Entity", "Login", "OneTimeCode", "User"]
