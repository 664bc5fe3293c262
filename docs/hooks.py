"""What the site has beside the pages of this folder: the README as its start page, and the results that pages link to."""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from suite.app.docs import CODE

MARKS = re.compile(f"{CODE}|<!--.*?-->", re.DOTALL | re.MULTILINE)
RESULT = re.compile(r"\]\((?:\.\./)*(results/[^)#]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the start page, and every linked file of results."""
    root = Path(config.docs_dir).parent
    start = (root / "README.md").read_text(encoding="utf-8").replace("](docs/", "](").replace("](CONTRIBUTING.md", "](contributing.md")
    files.append(File.generated(config, "index.md", content=start))
    contributing = (root / "CONTRIBUTING.md").read_text(encoding="utf-8").replace("](docs/", "](")
    files.append(File.generated(config, "contributing.md", content=contributing))
    files.append(File.generated(config, "changelog.md", abs_src_path=str(root / "CHANGELOG.md")))
    for page in list(files.documentation_pages()):
        for name in RESULT.findall(page.content_string):
            if name not in files.src_uris:
                linked = File.generated(config, name, abs_src_path=str(root / name), inclusion=InclusionLevel.NOT_IN_NAV)
                files.append(linked)
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Leave out the marks of numbers. Results lie beside the pages in the site, and above them in the checkout."""
    up = "../" * page.file.src_uri.count("/")
    markdown = MARKS.sub(lambda found: found["code"] or "", markdown)
    return RESULT.sub(lambda found: f"]({up}{found[1]}", markdown)
