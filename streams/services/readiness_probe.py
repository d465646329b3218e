"""Readiness of services: a broker is usable once a produce was acknowledged, a store once a put succeeded.

In: an address, keys.  Out: nothing, or NotReady.  Removes what it put there.
A port that answers says little: SeaweedFS listens seconds before it can take a write.
"""

import contextlib
import io
import socket

import urllib3
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError
from minio import Minio
from minio.error import MinioException

from streams.broker.client_factory import make_client
from streams.services.service_errors import NotReady
from streams.settings import StoreSettings

TOPIC = "skg-health"
"""Exists only while a broker is being probed."""

KEY = ".health"
"""Exists only while a store is being probed."""

ATTEMPT_S = 1.0
"""One attempt's timeout: short, because a starting server drops its first requests and the next one succeeds."""


def produce(bootstrap: str) -> None:
    """Create a topic, have a record acknowledged, delete the topic. Raises NotReady."""
    _connect(bootstrap)
    try:
        admin = make_client(KafkaAdminClient, bootstrap_servers=[bootstrap], bootstrap_timeout_ms=int(ATTEMPT_S * 1000))
        try:
            _produce(admin, bootstrap)
        finally:
            admin.close()
    except KafkaError as error:
        raise NotReady(f"{type(error).__name__}: {error}") from error


def _produce(admin: KafkaAdminClient, bootstrap: str) -> None:
    with contextlib.suppress(TopicAlreadyExistsError):  # left by an attempt that timed out
        admin.create_topics([NewTopic(TOPIC, 1, 1)])
    producer = make_client(
        KafkaProducer,
        bootstrap_servers=[bootstrap],
        acks="all",
        max_block_ms=int(ATTEMPT_S * 1000),
        allow_auto_create_topics=False,
        bootstrap_timeout_ms=int(ATTEMPT_S * 1000),
    )
    try:
        producer.send(TOPIC, b"ready?").get(timeout=2 * ATTEMPT_S)
    finally:
        producer.close(timeout=ATTEMPT_S)
    admin.delete_topics([TOPIC])


def put(settings: StoreSettings) -> None:
    """Create the bucket if it is missing, put an object into it, delete the object. Raises NotReady."""
    scheme, _, address = settings.s3_endpoint.partition("://")
    _connect(address)
    pool = urllib3.PoolManager(timeout=ATTEMPT_S, retries=False)
    client = Minio(
        address,
        settings.s3_access_key.get_secret_value(),
        settings.s3_secret_key.get_secret_value(),
        secure=scheme == "https",
        region=settings.s3_region,
        http_client=pool,
    )
    try:
        if not client.bucket_exists(settings.s3_bucket):
            client.make_bucket(settings.s3_bucket)
        client.put_object(settings.s3_bucket, KEY, io.BytesIO(b"ready?"), 6)
        client.remove_object(settings.s3_bucket, KEY)
    except (MinioException, urllib3.exceptions.HTTPError) as error:
        raise NotReady(f"{type(error).__name__}: {error}") from error
    finally:
        pool.clear()


def _connect(address: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), ATTEMPT_S).close()
    except OSError as error:
        raise NotReady(f"{address} does not answer: {error}") from error
