"""What a page says when a run was not started."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

from integrations.reason_texts import explain
from integrations.services.runs import NotReady

ALREADY_RUNNING = "すでに同期を実行中です。実行中の同期を表示しています。"


def tell_refusal(request: HttpRequest, refusal: NotReady) -> None:
    text = explain(refusal.reason, {}, subject="")
    messages.error(request, f"{text.what}{text.next}")
