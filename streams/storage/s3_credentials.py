"""The keys of the store: those of the settings, or those that AWS's usual chain finds. An adapter of minio's credentials.

In: settings, and where they have no keys: AWS_* variables, a web identity, a profile's file, a container's or an
instance's role, in this order.  Out: keys when a request needs them, renewed before they expire.
Profiles that assume a role, call a program or sign in are not followed.
"""

import configparser
import os
from collections.abc import Callable

import urllib3
from minio.credentials.credentials import Credentials
from minio.credentials.providers import AWSConfigProvider, EnvAWSProvider, IamAwsProvider, Provider, StaticProvider

from streams.broker.reachability import ServiceAway
from streams.errors import Misconfigured, Refused
from streams.settings import StoreSettings
from streams.storage.s3_connection import keys_of

LOOK_S = 1.0
"""The service with an instance's role is on the local network or absent."""

WEB_IDENTITY = "AWS_WEB_IDENTITY_TOKEN_FILE"
CONTAINER = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")


class NoKeys(Misconfigured):
    """Neither the settings nor the chain have keys."""


def provider_of(settings: StoreSettings) -> Provider:
    """The provider of keys. Raises Misconfigured for half a pair of keys."""
    keys = keys_of(settings)
    return _Chain(settings.s3_region) if keys is None else StaticProvider(keys[0], keys[1], keys[2] or None)


class _Chain(Provider):
    """The first source that has keys, queried for each request: files and variables are cheap, roles cache their keys."""

    def __init__(self, region: str) -> None:
        pool = urllib3.PoolManager(timeout=LOOK_S, retries=False)
        self._role = IamAwsProvider(http_client=pool, region=region)
        self._had_role = False

    def retrieve(self) -> Credentials:
        """Keys. Raises NoKeys; for a role that is configured or was used, ServiceAway while it cannot be reached, Refused
        where denied."""
        steps: list[Callable[[], Credentials | None]] = [_of_environment, _of_profile, self._of_role]
        if os.environ.get(WEB_IDENTITY):
            steps = [_of_environment, self._of_role]
        for step in steps:
            if found := step():
                return found
        raise NoKeys(
            "S3 has no keys: set SKG_S3_ACCESS_KEY and SKG_S3_SECRET_KEY; AWS's chain (AWS_ACCESS_KEY_ID, web identity, "
            "~/.aws/credentials, role) found none"
        )

    def _of_role(self) -> Credentials | None:
        promised = self._had_role or any(os.environ.get(name) for name in (WEB_IDENTITY, *CONTAINER))
        if not promised and os.environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
            return None
        try:
            found = self._role.retrieve()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            if promised:
                raise ServiceAway("the service that gives S3's keys (AWS role)", type(error).__name__, "store") from error
            return None
        except (ValueError, KeyError) as error:  # minio's message holds the address, which may hold a token
            if promised:
                raise Refused("S3's keys: the AWS role or web identity was refused") from error
            return None
        self._had_role = True
        return found


def _of_environment() -> Credentials | None:
    try:
        return EnvAWSProvider().retrieve()
    except ValueError:
        return None


def _of_profile() -> Credentials | None:
    try:
        return AWSConfigProvider().retrieve()
    except ValueError:
        return None
    except (configparser.Error, UnicodeDecodeError) as error:
        raise Misconfigured("S3's keys: the file of AWS profiles (~/.aws/credentials) cannot be read") from error
