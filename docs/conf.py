"""How `make docs` builds these pages into a site. Any warning fails the build: see the Makefile."""

project = "Checkout service"
extensions = ["myst_parser"]
root_doc = "index"
html_theme = "alabaster"
html_copy_source = False
html_show_sphinx = False
# A link may lead to a heading, by the name that GitHub gives it.
myst_heading_anchors = 3
