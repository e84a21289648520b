# Starts an S3 server for tests: moto, with users and rights, on a free port of 127.0.0.1. Prints one line of JSON and ends when its
# input does. Run by s3.rs with the Python of LUX_MOTO_DIR.
import json
import logging
import sys

import boto3
import requests
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f"http://{host}:{port}"
asked = dict(endpoint_url=url, region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
s3, iam = boto3.client("s3", **asked), boto3.client("iam", **asked)
for bucket in ["lux-media", "lux-other"]:
    s3.create_bucket(Bucket=bucket)


def user(name, actions):
    """Keys of a user who may do these things."""
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="files", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"access": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


writer = user("writer", ["s3:*"])
reader = user("reader", ["s3:GetObject", "s3:ListBucket"])
# From here on signatures and rights are checked.
requests.post(f"{url}/moto-api/reset-auth", data=b"0", timeout=10).raise_for_status()
print(json.dumps({"url": url, "writer": writer, "reader": reader}), flush=True)
sys.stdin.read()
