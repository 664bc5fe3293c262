import subprocess
import sys

import pytest
import torch

from suite.base.errors import SuiteError
from suite.models import build, names

BINARIZED = ["lenet5_binarized", "lenet5_binarized_clipped", "lenet5_binarized_identity"]
MODELS = [
    *("conv1_fc2", "conv2_fc2", "conv3_fc2", "fc3"),
    *("lenet5", *BINARIZED, "lenet5_caffe", "lenet5_caffe_binarized_clipped", "lenet_300_100"),
]


def test_names_need_no_torch():
    code = "import sys; from suite.models import names; print(*names()); sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == list(names()) == MODELS


@pytest.mark.parametrize("name", names())
def test_every_name_builds_and_classifies(name):
    model = build(name, in_shape=(1, 28, 28), n_classes=7, generator=torch.Generator().manual_seed(0))
    assert model(torch.zeros(3, 1, 28, 28)).shape == (3, 7)


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(SuiteError, match=r"unknown model 'lenet5_cafe'; did you mean lenet5_caffe or") as error:
        build("lenet5_cafe", in_shape=(1, 28, 28), n_classes=10, generator=torch.Generator())
    assert "\n" not in str(error.value)
    with pytest.raises(SuiteError, match="lenet5_caffe_binarized_clipped or lenet_300_100"):
        build("xyzzy", in_shape=(1, 28, 28), n_classes=10, generator=torch.Generator())
