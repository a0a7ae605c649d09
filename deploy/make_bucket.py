"""Make the private bucket that AWS_STORAGE_BUCKET_NAME names, unless it is there: once, before the first start."""

import sys
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hope_site.env import read


def main() -> None:
    """Make the bucket; raises ClientError when the service refuses."""
    client = boto3.client(
        "s3",
        endpoint_url=read("AWS_S3_ENDPOINT_URL") or None,
        region_name=read("AWS_S3_REGION_NAME") or None,
        aws_access_key_id=read("AWS_ACCESS_KEY_ID") or None,
        aws_secret_access_key=read("AWS_SECRET_ACCESS_KEY") or None,
    )
    bucket = read("AWS_STORAGE_BUCKET_NAME")
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
            raise
        client.create_bucket(Bucket=bucket)
        print(f"Made the bucket {bucket}.")


if __name__ == "__main__":
    main()
