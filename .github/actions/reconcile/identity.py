"""The job's identity token, from the runner (GitHub documentation, OpenID Connect)."""

import json
import os
import sys
from urllib.parse import quote
from urllib.request import Request, urlopen

AUDIENCE = os.environ.get("ANTHROPIC_OIDC_AUDIENCE", "https://api.anthropic.com")

try:
    asked = f"{os.environ['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience={quote(AUDIENCE, safe='')}"
    login = f"Bearer {os.environ['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"
    with urlopen(Request(asked, headers={"Authorization": login}), timeout=30) as answer:
        token = json.load(answer)["value"]
except (OSError, KeyError, ValueError) as failure:
    sys.exit(f"no identity token: {failure}; the job needs `permissions: id-token: write`")
print(token, end="")
