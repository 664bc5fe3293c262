"""Let the environments of tox.ini share one directory, which tox by itself makes anew whenever another environment used it last."""

from functools import cached_property
from typing import Any

from tox.plugin import impl
from tox.tox_env.info import Info
from tox.tox_env.python.virtual_env.runner import VirtualEnvRunner
from tox.tox_env.register import ToxEnvRegister


class SharedInfo(Info):
    """What tox remembers about a directory, apart from the name of the environment that it was made for."""

    def compare(self, value: Any, section: str, sub_section: str | None = None):
        value = {**value, "name": "shared"} if section == "ToxEnv" else value
        return super().compare(value, section, sub_section)


class Shared(VirtualEnvRunner):
    """A virtual environment whose directory others may use too."""

    @staticmethod
    def id() -> str:
        return "shared"

    @cached_property
    def cache(self) -> Info:
        return SharedInfo(self.env_dir)


@impl
def tox_register_tox_env(register: ToxEnvRegister) -> None:
    register.add_run_env(Shared)
