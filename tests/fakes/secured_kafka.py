"""One Apache Kafka with a listener for each way to secure it.

In: a folder.  Out: a running broker, its listeners' addresses, its users and its certificates.
"""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kafka.admin import KafkaAdminClient, ScramMechanism, UserScramCredentialUpsertion

from streams.services import Running
from streams.services.apache_kafka import APACHE
from streams.services.bound_process import Command
from streams.services.launcher import start_recipe
from streams.services.ports import HOST
from streams.services.service_spec import Place
from tests.fakes.certificates import Certificates, certificates
from tests.fakes.services import require

USER, PASSWORD = "factory", "planted-secret,with=odd characters"
WRONG = "planted-wrong-secret"

LISTENERS = {
    "plain": "PLAINTEXT",
    "login": "SASL_SSL",
    "elsewhere": "SASL_SSL",
    "mutual": "SSL",
    "bare": "SASL_PLAINTEXT",
    "brief": "SASL_PLAINTEXT",
}
"""`login` takes every mechanism, `bare` and `brief` SCRAM-SHA-256 and OAUTHBEARER; `brief` wants a new login after
BRIEF_S; `elsewhere` shows the certificate of another host, `mutual` wants one of its clients."""

BRIEF_S = 3.0

PLAIN_LOGIN = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
SCRAM_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
TOKEN_LOGIN = (
    "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required "
    'unsecuredLoginStringClaim_sub="broker" unsecuredValidatorAllowableClockSkewMs="0";'
)
TOKEN_VALIDATOR = (
    "org.apache.kafka.common.security.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler"
)
MECHANISMS = {
    "plain": PLAIN_LOGIN,
    "scram-sha-256": SCRAM_LOGIN,
    "scram-sha-512": SCRAM_LOGIN,
    "oauthbearer": TOKEN_LOGIN,
}
FEW = ("scram-sha-256", "oauthbearer")
OFFERED = {"login": tuple(MECHANISMS), "elsewhere": tuple(MECHANISMS), "bare": FEW, "brief": FEW}


@dataclass(frozen=True)
class SecuredKafka:
    """A running broker."""

    running: Running
    made: Certificates
    token_file: Path

    def at(self, listener: str) -> str:
        """The listener's address."""
        return f"{HOST}:{_ports(self.running.place)[listener]}"

    def environment(self, listener: str, mechanism: str = "SCRAM-SHA-512") -> dict[str, str]:
        """What a user sets to reach the listener."""
        security = LISTENERS[listener]
        found = {"SKG_KAFKA_BOOTSTRAP": self.at(listener), "SKG_KAFKA_SECURITY": security}
        if security in ("SSL", "SASL_SSL"):
            found["SKG_KAFKA_CA_FILE"] = str(self.made.authority)
        if listener == "mutual":
            found["SKG_KAFKA_CERT_FILE"] = str(self.made.client.certificate)
            found["SKG_KAFKA_KEY_FILE"] = str(self.made.client.key)
        if security.startswith("SASL"):
            found |= {"SKG_KAFKA_SASL_MECHANISM": mechanism}
        if mechanism == "OAUTHBEARER":
            found["SKG_KAFKA_TOKEN_FILE"] = str(self.token_file)
        elif security.startswith("SASL"):
            found |= {"SKG_KAFKA_USERNAME": USER, "SKG_KAFKA_PASSWORD": PASSWORD}
        return found

    def sets_password(self, user: str, password: str) -> None:
        """The user's SCRAM password from now on."""
        admin = KafkaAdminClient(bootstrap_servers=[self.at("plain")])
        try:
            for mechanism in (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512):  # one a request
                done = admin.alter_user_scram_credentials(
                    [UserScramCredentialUpsertion(user, mechanism, password=password)]
                )
                assert done == {user: None}, done
        finally:
            admin.close()


def token(lives_s: float = 3600.0) -> str:
    """A bearer token as that broker takes it: without a signature."""
    now = time.time()
    claims = {"sub": USER, "iat": now - 10, "exp": now + lives_s, "jti": WRONG}
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, claims)
    ]
    return ".".join((*parts, ""))


def start(folder: Path) -> SecuredKafka:
    """Start it; stop its `running` in the end."""
    require("apache")
    folder.mkdir(parents=True, exist_ok=True)
    made = certificates(folder)

    def command(place: Place) -> Command:
        plain = APACHE.command(replace(place, ports=place.ports[:2]))
        with (plain.folder / "server.properties").open("a") as properties:
            properties.write("\n".join(f"{key}={value}" for key, value in _properties(place, made).items()) + "\n")
        return plain

    recipe = replace(APACHE, title="secured Apache Kafka", ports=len(LISTENERS) + 1, command=command)
    token_file = folder / "token"
    token_file.write_text(token())
    broker = SecuredKafka(start_recipe("apache", recipe, Place(folder / "broker", ())), made, token_file)
    try:
        broker.sets_password(USER, PASSWORD)
    except BaseException:
        broker.running.stop(0)
        raise
    return broker


def _ports(place: Place) -> Mapping[str, int]:
    names = ["plain", "controller", *(name for name in LISTENERS if name != "plain")]
    return dict(zip(names, place.ports, strict=True))


def _properties(place: Place, made: Certificates) -> dict[str, str]:
    """What differs from a broker without security; a later line of the file wins."""
    ports = _ports(place)
    clients = {name.upper(): f"{name.upper()}://{HOST}:{ports[name]}" for name in LISTENERS}
    securities = {name.upper(): security for name, security in LISTENERS.items()}
    found = {
        "listeners": ",".join((*clients.values(), f"CONTROLLER://{HOST}:{ports['controller']}")),
        "advertised.listeners": ",".join(clients.values()),
        "listener.security.protocol.map": ",".join(
            f"{n}:{s}" for n, s in {**securities, "CONTROLLER": "PLAINTEXT"}.items()
        ),
        "inter.broker.listener.name": "PLAIN",
    }
    for name, security in LISTENERS.items():
        if security.endswith("SSL"):
            signed = made.elsewhere if name == "elsewhere" else made.server
            found |= _tls(f"listener.name.{name}", signed.both, made.authority)
        if security.startswith("SASL"):
            found |= _login(f"listener.name.{name}", OFFERED[name])
    found["listener.name.mutual.ssl.client.auth"] = "required"
    found |= {f"listener.name.brief.{name}.connections.max.reauth.ms": f"{BRIEF_S * 1000:.0f}" for name in FEW}
    return found


def _tls(of: str, both: Path, authority: Path) -> dict[str, str]:
    kinds = {f"{of}.ssl.keystore.type": "PEM", f"{of}.ssl.truststore.type": "PEM"}
    return {**kinds, f"{of}.ssl.keystore.location": str(both), f"{of}.ssl.truststore.location": str(authority)}


def _login(of: str, mechanisms: tuple[str, ...]) -> dict[str, str]:
    found = {f"{of}.sasl.enabled.mechanisms": ",".join(name.upper() for name in mechanisms)}
    found |= {f"{of}.{name}.sasl.jaas.config": MECHANISMS[name] for name in mechanisms}
    if "oauthbearer" in mechanisms:
        found[f"{of}.oauthbearer.sasl.server.callback.handler.class"] = TOKEN_VALIDATOR
    return found
