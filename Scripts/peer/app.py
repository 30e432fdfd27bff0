"""The peer of `make bench`: scenarios as a tuned Python stack serves them. FastAPI on uvloop and httptools, answers by
orjson, SQLAlchemy Core; keys and reads are kept in the process for a second. As the service does, it limits each key
in the process, tells what is left, sends security headers and a correlation id, and writes an audit event with each
creation (which nothing links). DATABASE_URL and API_KEY come from the environment: uvicorn --app-dir Scripts/peer app:app
"""
import hashlib
import os
import time
import uuid
from contextlib import asynccontextmanager

import orjson
import sqlalchemy as sa
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import create_async_engine

is_sqlite = os.environ["DATABASE_URL"].startswith("sqlite")
engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=1 if is_sqlite else 8, max_overflow=0)
tables = sa.MetaData()
api_key = sa.Table(
    "api_key", tables, sa.Column("secret_hash", sa.LargeBinary, primary_key=True), sa.Column("owner", sa.Uuid))
scenario = sa.Table(
    "scenario", tables, sa.Column("id", sa.Uuid, primary_key=True), sa.Column("owner", sa.Uuid, nullable=False),
    sa.Column("name", sa.Text), sa.Column("description", sa.Text), sa.Column("region", sa.Text),
    sa.Column("workload", sa.JSON), sa.Column("growth", sa.Float), sa.Column("sample_rate", sa.Float),
    sa.Column("status", sa.Text), sa.Column("version", sa.Integer), sa.Column("created_at", sa.BigInteger),
    sa.Column("updated_at", sa.BigInteger), sa.Index("scenario_created", "owner", "created_at", "id"),
    sa.Index("scenario_updated", "owner", "updated_at", "id"), sa.Index("scenario_name", "owner", "name", "id"))


audit_event = sa.Table(
    "audit_event", tables, sa.Column("id", sa.Uuid, primary_key=True), sa.Column("at", sa.BigInteger),
    sa.Column("action", sa.Text), sa.Column("owner", sa.Uuid), sa.Column("resource", sa.Uuid), sa.Column("details", sa.JSON),
    sa.Column("address", sa.Text), sa.Column("correlation_id", sa.Text))


@asynccontextmanager
async def lifespan(app):
    async with engine.begin() as connection:
        if is_sqlite:
            await connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        await connection.run_sync(tables.create_all)
        await connection.execute(
            api_key.insert().values(secret_hash=digest(os.environ["API_KEY"]), owner=uuid.uuid4()))
    yield


@sa.event.listens_for(engine.sync_engine, "connect")
def durable(connection, _):
    if is_sqlite:
        connection.execute("PRAGMA synchronous = FULL")


app = FastAPI(lifespan=lifespan, openapi_url=None)

HEADERS = [
    (b"x-content-type-options", b"nosniff"), (b"x-frame-options", b"DENY"), (b"x-xss-protection", b"0"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"), (b"cache-control", b"no-store"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
RATE, BURST = 1e9 / 60, 1e9  # requests a second, and at once: counted, and never reached
buckets = {}


def take(key):
    """A token bucket a key."""
    now = time.monotonic()
    tokens, last = buckets.get(key, (BURST, now))
    tokens = min(BURST, tokens + (now - last) * RATE)
    allowed = tokens >= 1
    buckets[key] = (tokens - allowed, now)
    return allowed, int(tokens - allowed)


class Hardening:
    """Correlation id, limit and security headers, without Starlette's slower middleware."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = dict(scope["headers"])
        correlation = given.get(b"x-correlation-id") or str(uuid.uuid4()).encode()
        scope["correlation_id"] = correlation.decode()
        allowed, left = take(given.get(b"x-api-key") or scope["client"][0])
        told = [
            (b"x-correlation-id", correlation), (b"x-ratelimit-limit", b"1000000000"),
            (b"x-ratelimit-remaining", b"%d" % left), (b"x-ratelimit-reset", b"%d" % time.time()),
            (b"ratelimit-policy", b'"default";q=1000000000;w=60'), (b"ratelimit", b'"default";r=%d;t=0' % left)]

        async def sending(message):
            if message["type"] == "http.response.start":
                message["headers"] = list(message["headers"]) + told + HEADERS
            await send(message)

        if not allowed:
            return await Response(status_code=429)(scope, receive, sending)
        await self.app(scope, receive, sending)


app.add_middleware(Hardening)


def digest(key):
    return hashlib.sha256(key.encode()).digest()


class Draft(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=200)
    description: str = Field("", max_length=10_000)
    region: str = Field("us-east-1", pattern=r"^[a-z]{2}(-[a-z]{2,12}){1,3}-[0-9]{1,2}$")
    workload: dict = {"steps": [{"sqs": {}}, {"lambda": {"memory_mb": 512, "duration_ms": 100}}]}
    growth: float = Field(0, gt=-1)
    sample_rate: float = Field(1, gt=0, le=1)


columns = ["".join(column.name) for column in scenario.columns]  # plain strings, for orjson
kept = {}


async def within_a_second(key, make):
    found = kept.get(key)
    if found and found[1] > time.monotonic():
        return found[0]
    value = await make()
    if len(kept) > 4_000:
        kept.clear()
    kept[key] = (value, time.monotonic() + 1)
    return value


async def caller(x_api_key: str = Header()):
    hashed = digest(x_api_key)

    async def look_up():
        async with engine.connect() as connection:
            return await connection.scalar(sa.select(api_key.c.owner).where(api_key.c.secret_hash == hashed))

    owner = await within_a_second(hashed, look_up)
    if owner is None:
        raise HTTPException(401)
    return owner


def json(value, status=200):
    return Response(orjson.dumps(value, default=str), status, media_type="application/json")


@app.post("/api/v2/scenarios")
async def create(draft: Draft, request: Request, owner=Depends(caller)):
    now = time.time_ns() // 1000
    row = draft.model_dump() | {
        "id": uuid.uuid4(), "owner": owner, "status": "draft", "version": 1, "created_at": now, "updated_at": now}
    async with engine.begin() as connection:
        await connection.execute(scenario.insert().values(**row))
        await connection.execute(audit_event.insert().values(
            id=uuid.uuid4(), at=now, action="scenario.create", owner=owner, resource=row["id"],
            details={"name": draft.name}, address=request.client.host, correlation_id=request.scope["correlation_id"]))
    return json(row, 201)


@app.get("/api/v2/scenarios/{scenario_id}")
async def get(scenario_id: uuid.UUID, owner=Depends(caller)):
    async def read():
        query = sa.select(scenario).where(scenario.c.id == scenario_id, scenario.c.owner == owner)
        async with engine.connect() as connection:
            row = (await connection.execute(query)).first()
        return row and orjson.dumps(dict(zip(columns, row)), default=str)

    content = await within_a_second((owner, scenario_id), read)
    if content is None:
        raise HTTPException(404)
    return Response(content, media_type="application/json")


@app.get("/api/v2/scenarios")
async def list_scenarios(owner=Depends(caller)):
    async def read():
        query = sa.select(scenario).where(scenario.c.owner == owner).order_by(scenario.c.created_at.desc()).limit(20)
        async with engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return orjson.dumps({"items": [dict(zip(columns, row)) for row in rows]}, default=str)

    return Response(await within_a_second((owner, "list"), read), media_type="application/json")
