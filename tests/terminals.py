"""What a person sees in a terminal: a program in a pseudo-terminal, and the screen that its control codes draw."""

from __future__ import annotations

import codecs
import os
import re
import select
import subprocess
import time

CODE = re.compile(r"\x1b\[(?P<what>\??[0-9;]*)(?P<how>[A-Za-z])")
BEGUN = re.compile(r"\x1b(\[\??[0-9;]*)?$")
"""A code whose end is still to come."""


class Screen:
    """Lines of text as a terminal of so many columns shows them, with all that has scrolled away above."""

    def __init__(self, width: int) -> None:
        self.width, self.lines, self.row, self.column, self.cursor = width, [""], 0, 0, True
        self.kept = ""

    def feed(self, text: str) -> None:
        text, place = self.kept + text, 0
        begun = BEGUN.search(text)
        text, self.kept = (text[: begun.start()], begun[0]) if begun else (text, "")
        while place < len(text):
            if code := CODE.match(text, place):
                self.obey(code["what"], code["how"])
                place = code.end()
            else:
                self.write(text[place])
                place += 1

    def obey(self, what: str, how: str) -> None:
        if (what, how) in (("?25", "l"), ("?25", "h")):
            self.cursor = how == "h"
        elif how == "A":
            self.row = max(0, self.row - int(what or 1))
        elif (what, how) == ("2", "K"):
            self.lines[self.row] = ""
        elif how != "m":
            raise ValueError(f"a control code that is not known here: {what}{how}")

    def write(self, letter: str) -> None:
        if letter == "\r":
            self.column = 0
        elif letter == "\n":
            self.down()
        else:
            if self.column == self.width:
                self.column = 0
                self.down()
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[: self.column] + letter + line[self.column + 1 :]
            self.column += 1

    def down(self) -> None:
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines)


class Terminal:
    """A program whose input and output are a terminal of so many columns and lines."""

    def __init__(self, line: list[str], cwd, environment: dict[str, str], kind: str = "xterm", width: int = 100, height: int = 30) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self.outer, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.screen, self.raw = Screen(width), b""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), inner)
        own = {name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")}

        def controlled() -> None:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(line, cwd=cwd, env=own | {"TERM": kind}, preexec_fn=controlled, **streams)
        os.close(inner)

    def read(self, until=lambda text: False, seconds: float = 120.0) -> str:
        """The screen, when its text is as it should be, or the program has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not until(self.screen.text):
            if select.select([self.outer], [], [], 0.1)[0]:
                try:
                    part = os.read(self.outer, 65536)
                except OSError:  # nobody holds the other end any more
                    break
                self.raw += part
                self.screen.feed(self.decoder.decode(part))
        return self.screen.text

    def type(self, keys: str) -> None:
        os.write(self.outer, keys.encode())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.outer)
