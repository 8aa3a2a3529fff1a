"""Prepares static files: one bundled, minified stylesheet; hashed names; compressed once."""

import lightningcss
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLESHEET = "css/site.css"
# Phones from 2022 on can read the result; older ones still show the text.
BROWSERS = ["safari >= 15.4", "ios_saf >= 15.4", "chrome >= 105", "firefox >= 110"]


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage, with `css/site.css` and everything it imports bundled into one file first.

    With DEBUG on, the plain storage serves the separate files and the browser follows the imports.
    """

    def post_process(self, paths, dry_run=False, **options):
        if not dry_run and STYLESHEET in paths:
            source_storage, source_path = paths[STYLESHEET]
            bundle = lightningcss.bundle_css(source_storage.path(source_path), browsers_list=BROWSERS, minify=True)
            with open(self.path(STYLESHEET), "w", encoding="utf-8") as file:
                file.write(bundle)
            paths = {name: place for name, place in paths.items() if not self._is_part(name)} | {STYLESHEET: (self, STYLESHEET)}
        yield from super().post_process(paths, dry_run, **options)

    @staticmethod
    def _is_part(name: str) -> bool:
        return name.startswith("css/") and name != STYLESHEET
