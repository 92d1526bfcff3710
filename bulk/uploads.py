"""What is uploaded stops at a size: the rest is neither kept in memory nor on the disk."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

from bulk.reading.package import LARGEST_FILE


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """A file of a little more than the limit is kept, so that the form can say so."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> Any:
        if start > LARGEST_FILE:
            self.file.seek(0)
            self.file.truncate()
            raise StopUpload(connection_reset=False)
        return super().receive_data_chunk(raw_data, start)
