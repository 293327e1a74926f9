# Sphinx finds rubric_example.py, which is beside this file. (To copy.)
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "Handbook"
html_theme = "furo"
# What was built and a virtual environment hold no pages.
exclude_patterns = ["_build", ".venv", "venv"]

# The directive, and where the playground is. (To copy.)
extensions = ["rubric_example"]
rubric_playground = "https://rubric.example/"
