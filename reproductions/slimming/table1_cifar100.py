"""Table 1, CIFAR-100: errors, parameters and operations of VGGNet, DenseNet-40 and ResNet-164 before and after network slimming."""

from reproductions.slimming._cifar import table

TABLE = table("table1_cifar100", "cifar100", "CIFAR-100", spread=1.5, runs_in="slimming/table1")
