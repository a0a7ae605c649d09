"""An S3 endpoint for the tests: moto's server, over real HTTP. It checks no signature: it cannot prove those."""

import runpy
import secrets
import subprocess
import sys
from pathlib import Path
from unittest import mock

import boto3
from storages.backends.s3 import S3Storage

from tests.services.ports import free_port, listens, wait_for

SETTINGS = Path(__file__).resolve().parents[2] / "hope_site" / "settings.py"


class S3Server:
    """One running endpoint; `stop()` and `start()` play an outage (and lose every file)."""

    def __init__(self) -> None:
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start the endpoint and wait until it listens."""
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: listens(self.port), "the S3 endpoint")

    def stop(self) -> None:
        """End the endpoint."""
        self.process.kill()
        self.process.wait()

    def new_bucket(self) -> dict[str, str]:
        """Make an empty bucket and return the environment that points the site at it."""
        environ = {
            "AWS_STORAGE_BUCKET_NAME": f"hope-{secrets.token_hex(4)}",
            "AWS_S3_ENDPOINT_URL": self.endpoint,
            "AWS_S3_REGION_NAME": "eu-west-2",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
        }
        client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="eu-west-2",
            aws_access_key_id="tests",
            aws_secret_access_key="tests",
        )
        client.create_bucket(
            Bucket=environ["AWS_STORAGE_BUCKET_NAME"], CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
        )
        return environ


def storage_from(environ: dict[str, str]) -> S3Storage:
    """Return the storage that hope_site.settings makes of such an environment."""
    with mock.patch.dict("os.environ", environ):
        configured = runpy.run_path(str(SETTINGS))["STORAGES"]["default"]
    if configured["BACKEND"] != "storages.backends.s3.S3Storage":
        raise AssertionError(f"the settings chose {configured['BACKEND']}")
    return S3Storage(**configured["OPTIONS"])
