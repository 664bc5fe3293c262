import pickle

import pytest

from suite.base.errors import SuiteError
from suite.data import DataCorrupt, DataRootError, DataUnavailable


@pytest.mark.parametrize("kind", [SuiteError, DataCorrupt, DataRootError, DataUnavailable])
def test_one_line_and_whole_after_a_worker(kind):
    error = pickle.loads(pickle.dumps(kind("a message\nof two lines", "a remedy")))
    assert type(error) is kind
    assert isinstance(error, SuiteError)
    assert str(error) == "a message of two lines; a remedy"
    assert error.remedy == "a remedy"
    assert str(kind("alone")) == "alone"
