"""Stops reading a request whose files are larger than the site accepts. Django limits everything but files."""

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

# The largest picture and the form around it.
LARGEST_REQUEST = 13_000_000


class LargeUploadsRefused(FileUploadHandler):
    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        self.is_too_large = content_length > LARGEST_REQUEST

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        if self.is_too_large:
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data, start):
        return raw_data

    def file_complete(self, file_size):
        return None
