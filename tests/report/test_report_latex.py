import re
import shutil
import subprocess

import pytest

from suite.report.latex import escape

DOCUMENT = "\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n\\input{table}\n\\end{document}\n"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("profile", ["quick", "smoke"])
def test_it_compiles_with_booktabs_alone(stored, tmp_path, profile):
    (tmp_path / "table.tex").write_text(stored(profile).table("latex"), encoding="utf-8")
    (tmp_path / "page.tex").write_text(DOCUMENT)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Missing character" not in (tmp_path / "page.log").read_text(errors="replace")


def test_every_line_has_as_many_cells_as_the_head(stored):
    floats = re.findall(r"\\begin\{tabular\}\{([^\n]*)\}\n(.*?)\\end\{tabular\}", stored().table("latex"), flags=re.DOTALL)
    assert len(floats) == 4
    for form, body in floats:
        columns = 1 + form.count("r", form.index("}"))
        lines = [line for line in body.splitlines() if line.endswith(r"\\")]
        assert len(lines) >= 5
        assert {len(re.findall(r"(?<!\\)&", line)) + 1 for line in lines} == {columns}


def test_rules_labels_and_captions(stored):
    text = stored().table("latex")
    for rule in ("toprule", "midrule", "bottomrule"):
        assert text.count(f"\\{rule}") == 4
    assert re.findall(r"\\label\{(.*)\}", text) == [f"tab:demo-table{name}" for name in ("", "-numbers", "-compared", "-further")]
    for caption in re.findall(r"\\caption\{(.*)\}", text):
        for fact in (
            "Profile paper (200 epochs)",
            "Paper scale. 5 of 5 published numbers tested",
            "3 seeds",
            "mnist (60,000 training",
            "cpu, A CPU, 1 thread",
        ):
            assert fact in caption


def test_the_comment_cannot_run_into_the_text(stored):
    comment, _, _ = stored().table("latex").partition(r"\begin")
    assert all(line.startswith("%") for line in comment.splitlines())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50 % & a_b #1", r"50 \% \& a\_b \#1"),
        ("{x} $y$ ^ ~", r"\{x\} \$y\$ \textasciicircum{} \textasciitilde{}"),
        (r"\end", r"\textbackslash{}end"),
        ("a<b|c>d", "a$<$b$|$c$>$d"),
        ("0.1 ± 0.2 — ↑", r"0.1 $\pm$ 0.2 --- $\uparrow$"),
        ("λ ≤ β²", "$\\lambda$ $\\leq$ $\\beta$²"),
        ("η-trick, Δx ∈ Ω", r"$\eta$-trick, $\Delta$x $\in$ $\Omega$"),
        ("√2 ≈ 1.41 \N{MINUS SIGN} “0”…", r"$\sqrt{}$2 $\approx$ 1.41 $-$ \textquotedblleft{}0\textquotedblright{}\textellipsis{}"),
        ("naïve ﬁt 漢 д \N{DOUBLE-STRUCK CAPITAL R} 🙂", "naïve fit ? ? R ?"),
        ("two\nlines", "two lines"),
    ],
)
def test_escape(text, expected):
    assert escape(text) == expected
