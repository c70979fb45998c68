"""WAT: what an archive says of pages, as JSON in records of metadata; the pages themselves are not in it."""

import json
from typing import Any
from urllib.parse import urljoin

from pipelines.ingest.pages.page_facts import Search, linked_cells, tagged_cells
from pipelines.ingest.pages.records import Captured

LINKS = ("A@/href", "AREA@/href")


def described_answer(found: Captured, search: Search) -> dict[str, str | None] | None:
    """The cells of the answer that a record of metadata describes; null where it describes none."""
    if "json" not in (found.content_type or ""):
        return None
    try:
        envelope = _at(json.loads(found.block), "Envelope")
    except ValueError:
        return None
    of_record = _at(envelope, "WARC-Header-Metadata")
    answer = _at(envelope, "Payload-Metadata", "HTTP-Response-Metadata")
    if of_record.get("WARC-Type") != "response" or not answer:
        return None
    address = str(of_record.get("WARC-Target-URI") or "")
    headers = {str(name).lower(): str(value) for name, value in _at(answer, "Headers").items()}
    status = _at(answer, "Response-Message").get("Status")
    location = headers.get("location")
    return {
        "url": address,
        "final_url": urljoin(address, location) if location and str(status).startswith("3") else None,
        "fetched_at": of_record.get("WARC-Date"),
        "fetch_outcome": "ok",
        "http_status": None if status is None else str(status),
        "media_type": headers.get("content-type", "").partition(";")[0].strip().lower() or None,
        **_of_the_page(_at(answer, "HTML-Metadata"), address, search),
    }


def _of_the_page(page: dict[str, Any], address: str, search: Search) -> dict[str, str | None]:
    if not page:
        return {}
    head = _at(page, "Head")
    title = " ".join(str(head.get("Title") or "").split()) or None
    tags = ((str(tag.get("name") or "").lower(), str(tag.get("content") or "")) for tag in head.get("Metas") or ())
    meta = {name: " ".join(content.split()) for name, content in tags if name}
    hrefs = [str(link.get("url") or "") for link in page.get("Links") or () if link.get("path") in LINKS]
    has_viewport = {"has_viewport": str("viewport" in meta).lower()}
    return {"title": title, **has_viewport, **tagged_cells(meta, search), **linked_cells(address, hrefs, search)}


def _at(value: Any, *keys: str) -> dict[str, Any]:
    """The object at a place within another; empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
