"""Prepares static files: bundled, minified stylesheets; hashed names; compressed once."""

import lightningcss
from whitenoise.storage import CompressedManifestStaticFilesStorage

# The site's, that of a request's pages, that of the few pages with a sheet to print, the staff's, a clinic's own colors for both;
# and the folders that hold what they import.
STYLESHEETS = ("css/site.css", "css/booking.css", "css/sheet.css", "css/look.css", "staff/admin.css", "staff/look.css")
PARTS = ("css/", "staff/")
# Phones from 2022 on can read the result; older ones still show the text.
BROWSERS = ["safari >= 15.4", "ios_saf >= 15.4", "chrome >= 105", "firefox >= 110"]


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage, with each stylesheet and everything it imports bundled into one file first.

    With DEBUG on, the plain storage serves the separate files and the browser follows the imports.
    """

    def post_process(self, paths, dry_run=False, **options):
        if not dry_run:
            bundled = {name: self._bundle(name, paths[name]) for name in STYLESHEETS if name in paths}
            paths = {name: place for name, place in paths.items() if not name.startswith(PARTS)} | bundled
        yield from super().post_process(paths, dry_run, **options)

    def _bundle(self, name: str, place: tuple) -> tuple:
        source_storage, source_path = place
        bundle = lightningcss.bundle_css(source_storage.path(source_path), browsers_list=BROWSERS, minify=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(bundle)
        return self, name
