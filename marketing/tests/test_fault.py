import pytest

from faults import capture


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_doubled_while_everything_is_killed():
    """The short form of `make fault`."""
    assert set(capture.run(changes=100, kills=2, pause=2.0).values()) == {0}
