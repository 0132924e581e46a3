import pytest
from rich.console import Console

from faults import capture
from faults.house import House


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_doubled_while_everything_is_killed():
    """The short form of `make fault`: each part is killed once."""
    orders = {"changes": 60, "kills": 3, "pause": 1.0, "patience": 45}
    wrong = capture.run(**orders, house=House("faults.quick"), console=Console(quiet=True))
    assert set(wrong.values()) == {0}, wrong
