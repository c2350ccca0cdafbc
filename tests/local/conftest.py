"""Clients of the stack's own parts."""

from collections.abc import Iterator, Mapping

import httpx
import pytest


@pytest.fixture
def redis(env: Mapping[str, str]) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {env['UPSTASH_REDIS_REST_TOKEN']}"}
    with httpx.Client(base_url=env["UPSTASH_REDIS_REST_URL"], headers=headers) as client:
        yield client


@pytest.fixture
def supabase(env: Mapping[str, str]) -> Iterator[httpx.Client]:
    headers = {"apikey": env["SUPABASE_SECRET_KEY"]}
    with httpx.Client(base_url=env["SUPABASE_URL"], headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def resend(env: Mapping[str, str]) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {env['RESEND_API_KEY']}"}
    with httpx.Client(base_url=env["RESEND_API_URL"], headers=headers) as client:
        yield client
