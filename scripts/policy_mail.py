"""The mail that announces a policy, and whether its link leads to that policy. Reads the environment when imported."""

from __future__ import annotations

from datetime import date

import requests
from markdown_it import MarkdownIt

from lib import notices
from lib.config import config
from lib.mail import Email


def mail(to: str, policy_date: date, changes: str) -> Email:
    """The same at every attempt, or Resend would refuse its key."""
    said = MarkdownIt("commonmark", {"html": False}).render(changes)
    content = (
        f"<h1>Our privacy policy has changed</h1><p>As of {spoken(policy_date)}, this is different:</p>{said}"
        f'<p><a class="button" href="{config.app_url}/privacy">Read the privacy policy</a></p>'
    )
    why = "You get this because you own a workspace at ConversionCRM, and we announce material changes of the policy."
    return notices.email(to, f"Our privacy policy has changed as of {spoken(policy_date)}", content, why)


def page_fault(policy_date: date) -> str | None:
    """What keeps owners from reading the policy where the mail sends them."""
    url = f"{config.app_url}/privacy"
    try:
        answer = requests.get(url, timeout=20)
    except requests.RequestException as error:
        return f"{url} can't be reached ({type(error).__name__}); is APP_URL right, and the policy deployed?"
    if answer.status_code != 200 or f"Last updated: {spoken(policy_date)}" not in answer.text:
        return f"{url} ({answer.status_code}) does not show the policy of {spoken(policy_date)} yet: deploy it first."
    return None


def spoken(day: date) -> str:
    """As the policy's page writes it."""
    return f"{day:%B} {day.day}, {day.year}"
