"""Files of tensors that say of what run and code they are, and are read only where they say what is asked for and are whole."""

from __future__ import annotations

import hashlib
import json
import logging
from copy import copy
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from suite.base.files import replaced
from suite.base.lazy import torch
from suite.base.sources import code_of

log = logging.getLogger(__name__)

WHOSE = {"key": "another run", "protocol": "another protocol", "code": "other code"}


class Refused(Exception):
    """Why a file is not taken."""


@dataclass(frozen=True)
class Bound:
    """A file of a state, tensors and plain data, as `torch.save` writes it. A line after its end, which `torch.load` passes over, holds
    the run's key, the protocol, a digest of the code of `modules` and one of the file's content.

    old        a file without such a line, as they were once, is taken as it is
    instead    what happens where the file is not taken
    """

    path: Path
    key: str = ""
    protocol: int = 0
    modules: tuple[str, ...] = ()
    old: bool = False
    instead: str = "the run starts anew"

    def marks(self) -> dict[str, Any]:
        """What the file must say."""
        return {"key": self.key, "protocol": self.protocol, "code": code_of(*self.modules) if self.modules else ""}

    def save(self, state: dict) -> None:
        """Write the file, whole or not at all."""
        content, marks = BytesIO(), self.marks()
        torch.save(state, content)
        body = content.getvalue()
        line = json.dumps(marks | {"digest": digest(body, marks)})
        with replaced(self.path) as scratch:
            scratch.write_bytes(body + b"\n" + line.encode() + b"\n")

    def load(self, device: Any = "cpu") -> dict | None:
        """The state; None where there is none, or, with a warning that says why, none that can be taken."""
        try:
            body = self.checked(self.path.read_bytes())
            state = torch.load(BytesIO(body), map_location=device, weights_only=True)
            if not isinstance(state, dict):
                raise Refused("it holds no state")
            return state
        except FileNotFoundError:
            return None
        except Exception as error:  # torch raises what it likes on what it cannot read
            self.refuse(error)
            return None

    def checked(self, content: bytes) -> bytes:
        """What stands before the line at the end; Refused where that says something else than it must."""
        body, _, line = content.removesuffix(b"\n").rpartition(b"\n")
        try:
            said = json.loads(line)
            given = said.pop("digest")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            if self.old:
                return content
            raise Refused("it does not say whose it is") from None
        if given != digest(body, said):
            raise Refused("it is damaged")
        if other := [whose for name, whose in WHOSE.items() if said.get(name) != self.marks()[name]]:
            raise Refused(f"it is of {' and '.join(other)}")
        return body

    def refuse(self, reason: Exception) -> None:
        why = str(reason) if isinstance(reason, Refused) else f"{type(reason).__name__}: {str(reason).partition(chr(10))[0]}"
        log.warning("%s/%s cannot be used (%s); %s", self.path.parent.name, self.path.name, why, self.instead)


def digest(body: bytes, marks: dict[str, Any]) -> str:
    found = hashlib.sha256(json.dumps(marks, sort_keys=True).encode())
    found.update(body)
    return found.hexdigest()


def copied(value: Any, device: Any = "cpu") -> Any:
    """A state that later changes of the run leave alone, its tensors on a device: by default in the main memory."""
    if isinstance(value, dict):
        found = copy(value)  # with what torch keeps beside a state_dict's entries
        found.update({name: copied(part, device) for name, part in value.items()})
        return found
    if isinstance(value, list | tuple):
        return type(value)(copied(part, device) for part in value)
    return value.detach().to(device, copy=True) if isinstance(value, torch.Tensor) else value
