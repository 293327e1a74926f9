import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "Handbook"
html_theme = "furo"
# The directive of rubric_example.py, and where the playground is.
extensions = ["rubric_example"]
rubric_playground = "https://rubric.example/"
