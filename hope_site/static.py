"""Static files with hashed names, compressed once."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class BundledStaticFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage; module imports get hashed names too."""

    support_js_module_import_aggregation = True
