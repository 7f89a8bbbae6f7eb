"""The users and tokens of openapi.yaml, as FastAPI has them by default.

Written from the documented pages, with the framework's own errors and parsing:
Pydantic takes "514" for 514, errors are {"detail": ...}. With ABSENT=null,
fields that a user does not have come as null, which is what a response_model
does unless it is told otherwise.
"""

import base64
import os
import secrets
import time
from datetime import date, datetime, timezone
from enum import Enum
from typing import Annotated
from urllib.parse import parse_qs

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import BaseModel, Field

NULLS = os.environ.get("ABSENT") == "null"
ISSUER = "https://fastapi.example"
TTL = 900
KEY = OctKey.generate_key(256)
SCOPES = ["users:create", "users:read", "users:update", "users:delete"]
PROJECTS = {"proj_fast": ("server", "fast-secret-0123456789"), "proj_other": ("other", "other-secret-0123456789")}
USERS: dict[str, dict[str, dict]] = {project: {} for project in PROJECTS}

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


class MeasurementUnit(str, Enum):
    metric = "metric"
    imperial = "imperial"


class Gender(str, Enum):
    male = "male"
    female = "female"
    other = "other"


class Thresholds(BaseModel):
    ftp: float | None = None
    lthr: float | None = None
    mhr: float | None = None


class Location(BaseModel):
    lat: float | None = None
    lon: float | None = None


class CoachConfig(BaseModel):
    enabled: bool | None = None


class UserFields(BaseModel):
    language: str | None = None
    tz_offset: int | None = None
    firstname: str | None = None
    lastname: str | None = None
    measurement_unit: MeasurementUnit = MeasurementUnit.metric
    gender: Gender | None = None
    birthday: date | None = None
    height: float | None = None
    weight: float | None = None
    thresholds: Thresholds | None = None
    location: Location | None = None
    coach_config: CoachConfig | None = None


class UserCreate(UserFields):
    id: str = Field(min_length=1)


class UserReplace(UserFields):
    id: str | None = None


class UserUpdate(UserFields):
    measurement_unit: MeasurementUnit | None = None


class User(UserCreate):
    created_at: datetime
    updated_at: datetime


class Pagination(BaseModel):
    limit: int
    total: int
    page: str | None = None
    next_page: str | None = None


class UserList(BaseModel):
    users: list[User]
    pagination: Pagination


SHOWN = {"response_model_exclude_none": not NULLS}


# Tokens.


def basic(request: Request) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return None
    return name, secret


def refuse(status: int, error: str, **headers: str) -> JSONResponse:
    return JSONResponse({"error": error}, status, {"Cache-Control": "no-store", "Pragma": "no-cache", **headers})


def issue(project: str, client: tuple[str, str] | None, scope: str | None) -> JSONResponse:
    if client is None or project not in PROJECTS or not secrets.compare_digest(":".join(client).encode(), ":".join(PROJECTS[project]).encode()):
        return refuse(401, "invalid_client", **{"WWW-Authenticate": 'Basic realm="fastapi"'})
    wanted = scope.split(" ") if scope else SCOPES
    if not set(wanted) <= set(SCOPES):
        return refuse(400, "invalid_scope")
    now = int(time.time())
    claims = {
        "iss": ISSUER, "aud": "urn:onvy:project:" + project, "sub": client[0], "project_id": project, "principal_type": "client",
        "scope": " ".join(wanted), "iat": now, "nbf": now, "exp": now + TTL, "jti": secrets.token_hex(16),
    }
    token = jwt.encode({"alg": "HS256", "typ": "at+jwt"}, claims, KEY)
    return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": TTL}, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


class ServerTokenRequest(BaseModel):
    scope: str | None = None


@app.post("/v1/projects/{project_id}/auth/server")
def server_token(project_id: str, body: ServerTokenRequest, request: Request):
    return issue(project_id, basic(request), body.scope)


class SDKTokenRequest(BaseModel):
    grant: str
    token: str
    client_id: str


@app.post("/v1/projects/{project_id}/auth/sdk")
def sdk_token(project_id: str, body: SDKTokenRequest):
    if body.grant not in ("exchange", "refresh"):
        return refuse(400, "unsupported_grant_type")
    return refuse(400, "invalid_grant")  # no identity provider is known here


@app.post("/oauth/token")
async def oauth_token(request: Request):
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        return refuse(400, "invalid_request")
    try:
        form = parse_qs((await request.body()).decode(), keep_blank_values=True, strict_parsing=False)
    except UnicodeDecodeError:
        return refuse(400, "invalid_request")
    if any(len(values) > 1 for values in form.values()):
        return refuse(400, "invalid_request")
    one = {name: values[0] for name, values in form.items() if values[0]}
    grant = one.get("grant_type")
    if grant is None:
        return refuse(400, "invalid_request")
    client = basic(request)
    if client is None and "client_secret" in one:
        client = one.get("client_id", ""), one["client_secret"]
    elif client is not None and "client_secret" in one:
        return refuse(400, "invalid_request")
    project = one.get("audience", "").removeprefix("urn:onvy:project:")
    if grant == "client_credentials":
        if client is not None and not project:  # a client is of one project
            project = next((p for p, (name, _) in PROJECTS.items() if name == client[0]), "")
        if client is not None and project not in PROJECTS and any(client == known for known in PROJECTS.values()):
            return refuse(400, "invalid_target")
        return issue(project, client, one.get("scope"))
    return refuse(400, "unsupported_grant_type")


class Principal(BaseModel):
    project: str
    scopes: list[str]


def unauthorized(error: str | None = None) -> HTTPException:
    challenge = 'Bearer realm="fastapi"' + (f', error="{error}"' if error else "")
    return HTTPException(401, "not authenticated", {"WWW-Authenticate": challenge})


def needs(scope: str):
    def check(request: Request) -> Principal:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise unauthorized()
        try:
            claims = jwt.decode(token.strip(), KEY, algorithms=["HS256"]).claims
            jwt.JWTClaimsRegistry(iss={"essential": True, "value": ISSUER}, exp={"essential": True}).validate(claims)
        except (JoseError, ValueError):
            raise unauthorized("invalid_token") from None
        project = claims.get("project_id")
        if project not in PROJECTS or claims.get("aud") != "urn:onvy:project:" + project:
            raise unauthorized("invalid_token")
        scopes = claims.get("scope", "").split(" ")
        if scope not in scopes:
            raise HTTPException(403, "the scope is missing", {"WWW-Authenticate": f'Bearer realm="fastapi", error="insufficient_scope", scope="{scope}"'})
        return Principal(project=project, scopes=scopes)

    return Depends(check)


# Users.


def now() -> datetime:
    return datetime.now(timezone.utc)


def found(project: str, user_id: str) -> dict:
    user = USERS[project].get(user_id)
    if user is None:
        raise HTTPException(404, "no such user")
    return user


@app.post("/users", status_code=201, response_model=User, **SHOWN)
def create_user(body: UserCreate, principal: Annotated[Principal, needs("users:create")]):
    users = USERS[principal.project]
    if body.id in users:
        raise HTTPException(409, "the id is taken")
    at = now()
    users[body.id] = body.model_dump() | {"created_at": at, "updated_at": at}
    return users[body.id]


@app.get("/users", response_model=UserList, **SHOWN)
def list_users(
    principal: Annotated[Principal, needs("users:read")],
    page: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
):
    users = USERS[principal.project]
    after = ""
    if page is not None:
        try:
            after = base64.urlsafe_b64decode(page.encode()).decode()
        except ValueError:
            raise HTTPException(400, "page is none of ours") from None
        if not after.startswith("after:"):
            raise HTTPException(400, "page is none of ours")
        after = after.removeprefix("after:")
    ids = sorted(i for i in users if i > after)
    more = base64.urlsafe_b64encode(("after:" + ids[limit - 1]).encode()).decode() if len(ids) > limit else None
    return {"users": [users[i] for i in ids[:limit]], "pagination": {"limit": limit, "total": len(users), "page": page, "next_page": more}}


@app.get("/users/{user_id}", response_model=User, **SHOWN)
def get_user(user_id: str, principal: Annotated[Principal, needs("users:read")]):
    return found(principal.project, user_id)


@app.put("/users/{user_id}", response_model=User, **SHOWN)
def replace_user(user_id: str, body: UserReplace, principal: Annotated[Principal, needs("users:update")]):
    user = found(principal.project, user_id)
    if body.id not in (None, user_id):
        raise HTTPException(409, "the id of a user does not change")
    new = body.model_dump() | {"id": user_id, "created_at": user["created_at"], "updated_at": now()}
    USERS[principal.project][user_id] = new
    return new


@app.patch("/users/{user_id}", response_model=User, **SHOWN)
def update_user(user_id: str, body: UserUpdate, principal: Annotated[Principal, needs("users:update")]):
    user = found(principal.project, user_id)
    changes = body.model_dump(exclude_unset=True)
    new = dict(user)
    for name, value in changes.items():
        if isinstance(value, dict):
            value = {k: v for k, v in ((user.get(name) or {}) | value).items()}
        if name == "measurement_unit" and value is None:
            value = MeasurementUnit.metric
        new[name] = value
    if new != user:
        new["updated_at"] = now()
    USERS[principal.project][user_id] = new
    return new


@app.delete("/users/{user_id}", status_code=204)
def delete_user(user_id: str, principal: Annotated[Principal, needs("users:delete")]):
    found(principal.project, user_id)
    del USERS[principal.project][user_id]
    return Response(status_code=204)


class Announced(uvicorn.Server):
    """Says where it listens, once it does."""

    async def startup(self, sockets=None):
        await super().startup(sockets)
        print("listening", self.servers[0].sockets[0].getsockname()[1], flush=True)


if __name__ == "__main__":
    Announced(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error")).run()
