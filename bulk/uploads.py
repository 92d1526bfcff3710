"""Of an upload that is too large neither memory nor the disk keep more than the limit."""

from __future__ import annotations

from django.core.files.uploadhandler import TemporaryFileUploadHandler

from bulk.reading.package import LARGEST_FILE


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """What goes beyond the limit is counted, so that the form can say it, and thrown away."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start <= LARGEST_FILE:
            super().receive_data_chunk(raw_data, start)
