"""Table 1, CIFAR-10: errors, parameters and operations of VGGNet, DenseNet-40 and ResNet-164 before and after network slimming."""

from reproductions.slimming._cifar import table

TABLE = table("table1", "cifar10", "CIFAR-10", spread=0.5)
