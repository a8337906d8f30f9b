"""Whether a saved plan may be applied: everything was read, and no finding is an error."""

import json
import sys
from pathlib import Path

plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
broken = any(finding["severity"] == "error" for finding in plan["findings"])
sys.exit(broken or not plan["complete"])
