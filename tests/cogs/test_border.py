"""What counts as trouble with Discord, and what does not."""

import pytest

from cogs._border import border


@pytest.mark.parametrize("mistake", [TypeError, KeyError])
def test_a_mistake_of_the_bots_own_is_no_trouble_of_discords(mistake):
    with pytest.raises(mistake), border():
        raise mistake
