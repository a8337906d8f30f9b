"""What the folders say: resources with bodies in the API's own form, and where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.engine.address import Address
from reconciler.engine.diagnostics import Span
from reconciler.engine.values import Body


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """`protect`: never archived or deleted. `ignore`: field paths that an apply leaves alone."""

    protect: bool = False
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SkillFile:
    """One file of a skill: POSIX path inside the skill, size in bytes, where its bytes are, and
    their digest.

    `source` is an absolute path for the adapter that uploads; the engine never opens it.
    """

    path: str
    size: int
    source: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class SkillContent:
    """One content of a skill: `values.content_digest` of its files, and the files."""

    digest: str
    files: tuple[SkillFile, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class RegistrationDetails:
    """What a registration ties together, besides the row itself (which is the resource's body).

    `environment`: its address if declared in the project, else the name or id of a live one, else
    "" if none is named. `vault`: the address of the vault that holds the key.
    `existing_vault`: the id (`vlt_…`) when the folder names a vault by id.
    """

    agent: Address
    tenant: str
    mcp_server: str
    mcp_server_url: str
    environment: Address | str
    vault: Address
    credential: Address
    existing_vault: str = ""
    versions: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """One object the folders declare.

    `body` holds the declared fields only, in the API's create form, with references for what only
    the platform knows and without the marker:

    * agent: any of name, description, model (object), system, tools, mcp_servers, skills,
      multiagent, metadata, execution_identity
    * environment: name, description, config, metadata, scope
    * skill: `{}`; its contents are in `contents`, one per distinct content of the slug
    * vault: display_name
    * registration: tenant (slug), kind, name, externalRef, description
    * credential: vault_id, display_name, auth, metadata

    `spans` gives the place of a field path (`system`, `tools`, `metadata.owner`) where known.
    `files` are the project's paths that the object is made of, a folder with a `/` at its end.
    """

    address: Address
    body: Body
    span: Span
    spans: Mapping[str, Span] = field(default_factory=dict)
    lifecycle: Lifecycle = Lifecycle()
    contents: tuple[SkillContent, ...] = ()
    registration: RegistrationDetails | None = None
    files: tuple[str, ...] = ()

    def place(self, path: str) -> Span:
        """The span of the field path, of its nearest parent, or of the whole resource."""
        while path:
            if path in self.spans:
                return self.spans[path]
            path = path.rpartition(".")[0]
        return self.span


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a target must turn out to be: compared with the answers, never used as an address."""

    workspace: str = ""
    organization: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One place to reconcile to."""

    name: str
    expect: Expectation = Expectation()
    tenants: tuple[str, ...] = ()  # every tenant slug that this target's registrations name


@dataclass(frozen=True, slots=True)
class Move:
    """A folder that was renamed: the object keeps its id under the new address."""

    old: Address
    new: Address
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class World:
    """Where another tool's lock says that its ids are; "" for what it does not say."""

    base_url: str = ""
    organization: str = ""
    workspace: str = ""


@dataclass(frozen=True, slots=True)
class Adoption:
    """A live object that another tool's lock, or a manifest, names for an address."""

    address: Address
    id: str
    span: Span
    origin: World | None = None


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything the folders declare for one target; resources sorted by address."""

    project: str
    target: Target
    resources: tuple[Resource, ...]
    moved: tuple[Move, ...] = ()
    adoptions: tuple[Adoption, ...] = ()

    def by_address(self) -> dict[Address, Resource]:
        return {resource.address: resource for resource in self.resources}
