"""Settings from the environment: one small frozen class per process.

In: environment variables.  Out: validated values.  Reads nothing at import; never prints a secret.
"""

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from gpu_workers.renderers import DEFAULT_RENDERER
from monitoring.redaction import redacted
from schemas.bounds import MAX_HELD_OUT_PER_MILLE
from schemas.events import STAGES
from schemas.llm.token_limits import LEAST_TOKENS, MOST_TOKENS, CallTokens, parse_stage_tokens
from spatial.knowledge.renderer_capabilities import DEFAULT_VIEW_SHARE
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE
from streams.address_redaction import masked, passwords_in
from streams.broker.topic_partitions import parse_partitions
from streams.secret_files import SecretFiles, file_variable_of, secrets_of, variable_of

Seconds = Annotated[float, Field(gt=0)]
CallMaxTokens = Annotated[int | None, Field(ge=LEAST_TOKENS, le=MOST_TOKENS)]


class Judges:
    """Marks a setting that changes which pictures are accepted: `skg whatif` tries other values of these."""


JUDGES = Judges()


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="SKG_", env_ignore_empty=True, frozen=True, extra="ignore", allow_inf_nan=False
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The caller's values, then the environment, then the files that it names."""
        return init_settings, env_settings, SecretFiles(settings_cls)

    def model_post_init(self, _: object, /) -> None:
        """Hide this process's secrets from now on, and passwords in addresses."""
        values = vars(self).values()
        redacted.learn(value.get_secret_value() for value in values if isinstance(value, SecretStr))
        redacted.learn(password for value in values if isinstance(value, str) for password in passwords_in(value))


class KafkaSettings(_Settings):
    """The broker's address and security."""

    kafka_bootstrap: str = Field("127.0.0.1:9092", description="broker addresses, host:port, separated by commas")
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="protocol of the broker: encrypted (SSL), with a user (SASL), or both"
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = Field(
        "PLAIN", description="how the user logs in, where SKG_KAFKA_SECURITY has SASL"
    )
    kafka_username: str = Field("", description="user at the broker")
    kafka_password: SecretStr = Field(SecretStr(""), description="the user's password")
    kafka_token_file: Path | None = Field(
        None, description="file with the bearer token of OAUTHBEARER, read anew at each login"
    )
    kafka_ca_file: Path | None = Field(
        None, description="PEM of the authority that signs the broker's certificate; unset: the system's"
    )
    kafka_cert_file: Path | None = Field(None, description="PEM of the client's certificate, for mutual TLS")
    kafka_key_file: Path | None = Field(None, description="PEM of the client's key; unset: it is in the certificate's file")
    kafka_key_password: SecretStr = Field(SecretStr(""), description="password of the client's key")
    kafka_check_hostname: bool = Field(True, description="whether the broker's certificate must name its host")
    kafka_session_s: Seconds = Field(
        30.0, description="consumer group session timeout: a dead worker's partitions move on after this long"
    )
    kafka_replication: int = Field(1, ge=1, description="replication factor of topics that are created (3 in production)")
    topic_partitions: str = Field(
        "", description="partitions of topics where not as in the table, as in skg.graphs=64,skg.images=64"
    )
    connect_timeout_s: Seconds = Field(
        2.0, description="how long a command keeps trying to reach the broker or the store; processes wait forever"
    )

    @field_validator("topic_partitions")
    @classmethod
    def _known_topics(cls, text: str) -> str:
        parse_partitions([text])
        return text

    @property
    def partitions(self) -> dict[str, int]:
        """Topic to number of partitions, where it differs from the table."""
        return parse_partitions([self.topic_partitions])


class StoreSettings(_Settings):
    """The object store's address and keys."""

    s3_endpoint: str = Field("", description="S3 endpoint with scheme; unset: Amazon's own in the region")
    s3_access_key: SecretStr = Field(SecretStr(""), description="S3 access key; without keys AWS's usual chain finds some")
    s3_secret_key: SecretStr = Field(SecretStr(""), description="S3 secret key")
    s3_session_token: SecretStr = Field(SecretStr(""), description="token that comes with temporary keys")
    s3_bucket: str = Field("skg", description="bucket of the images")
    s3_notes_bucket: str = Field(
        "", description="bucket of what workers remember: fingerprints, models' answers; default: the images' with -notes"
    )
    s3_region: str = Field("us-east-1", description="S3 region")
    s3_path_style: bool | None = Field(
        None, description="the bucket in the path (true) or in the host's name (false); unset: true but for Amazon's own"
    )
    s3_ca_file: Path | None = Field(
        None, description="PEM of the authority that signs the store's certificate; unset: the system's"
    )


MOST_STATIC_SESSION_S = 15.0
"""A killed static member's partitions wait until its session ends."""


class KnowledgeSettings(_Settings):
    """Folders with scenes and categories; `spatial.knowledge` reads the setting when it is loaded."""

    knowledge: str = Field(
        "", description="folders of scenes, categories and sprites besides the package's own, separated by commas"
    )


class ProcessSettings(KafkaSettings, KnowledgeSettings):
    """Settings of every long-running process."""

    metrics_port: int = Field(0, ge=0, le=65535, description="port of /metrics; 0 picks a free one")
    metrics_host: str = Field("127.0.0.1", description="address of /metrics; 0.0.0.0 inside a pod")
    state_dir: Path = Field(Path(".skg"), description="folder for local state: process registry, index, logs")
    dead_letter_share: float = Field(
        0.5, gt=0, le=1, description="stop when more than this share of the last 100 messages were dead letters"
    )
    give_up_s: Seconds | None = Field(
        None, description="end a process whose broker, store or table is unavailable for this long; unset: it waits forever"
    )
    kafka_instance: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._-]{1,200}$",
        description="static member of render, examine, write: a name that survives a restart; a session of at most 15 s",
    )
    drain_s: Seconds = Field(
        30.0, description="how long SIGTERM waits for the batch in progress of render, examine and write"
    )
    call_s: Seconds | None = Field(
        None, description="/healthz fails when one call of a step takes longer; unset: a bound of the stage's own"
    )
    log_format: Literal["auto", "json", "console"] = Field("auto", description="log lines as JSON or for people")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least level of log lines; libraries' are passed from warnings on"
    )

    @model_validator(mode="after")
    def _static_members_have_short_sessions(self) -> Self:
        if self.kafka_instance is not None and self.kafka_session_s > MOST_STATIC_SESSION_S:
            raise ValueError(f"SKG_KAFKA_INSTANCE needs SKG_KAFKA_SESSION_S of at most {MOST_STATIC_SESSION_S:.0f}")
        return self


class StructureSettings(_Settings):
    """What photographs are drawn over: render draws it, agents plan for it."""

    render_structure: str = Field(DEFAULT_RENDERER, description="renderer whose pictures photographs are drawn over")


class AgentsGroup(_Settings):
    """The group of agents."""

    agents_group: str = Field("skg-agents", description="consumer group of the agents")


class RenderGroup(_Settings):
    """The group of render."""

    render_group: str = Field("skg-render", description="consumer group of the render workers")


class ExamineGroup(_Settings):
    """The group of examine."""

    examine_group: str = Field("skg-examine", description="consumer group of the examine workers")


class WriteGroup(_Settings):
    """The group of write."""

    write_group: str = Field("skg-write", description="consumer group of the dataset writers")


MOST_CALL_S = 110.0
"""A model call must end before the group's rebalance timeout (120 s), or a rebalance would not wait for its seed."""


class LanguageSettings(_Settings):
    """The language model that plans; without `llm_url` the rules plan."""

    llm_url: str | None = Field(None, description="OpenAI-compatible endpoint of the planning model; unset: rules plan")
    llm_model: str = Field("gpt-4o-mini", description="name of the planning model")
    llm_api_key: SecretStr = Field(SecretStr(""), description="key of the endpoint; empty where it requires none")
    llm_timeout_s: float = Field(60.0, gt=0, le=MOST_CALL_S, description="hard limit of one model call")
    llm_in_flight: int = Field(16, ge=1, le=1024, description="most concurrent model calls")
    llm_one_request: bool = Field(
        False, description="relations and boxes by one request, and none for the scene of a concept that is one"
    )
    llm_temperature: float = Field(0.8, ge=0, le=2, description="how far the model's answers may vary")
    llm_prices: Path | None = Field(None, description="YAML of prices by model; unset: tokens are counted, money is not")
    llm_max_tokens: int | None = Field(None, ge=0, description="tokens to spend at most; then no new graph is begun")
    llm_call_max_tokens: CallMaxTokens = Field(
        None, description="limit of one reply of the planning model; unset: 400 to 2000 by stage, twice as many after a cut"
    )
    llm_call_max_tokens_by_stage: str = Field(
        "", description="the same by stage, which takes precedence, as in objects=2500,edges=3000"
    )

    @field_validator("llm_call_max_tokens_by_stage")
    @classmethod
    def _known_stages(cls, text: str) -> str:
        parse_stage_tokens(text)
        return text

    @property
    def call_tokens(self) -> CallTokens:
        """The limits of one reply."""
        return CallTokens(self.llm_call_max_tokens, parse_stage_tokens(self.llm_call_max_tokens_by_stage))


class JudgeSettings(_Settings):
    """The multimodal models that judge pictures; without `mllm_url` there is no judge."""

    mllm_url: Annotated[str | None, JUDGES] = Field(
        None, description="OpenAI-compatible endpoint of the multimodal models; unset: none judges"
    )
    mllm_model: Annotated[str, JUDGES] = Field(
        "gpt-4o-mini", description="multimodal model that judges pictures and writes questions"
    )
    mllm_check_model: Annotated[str | None, JUDGES] = Field(
        None, description="model that checks what the first one wrote; must be another one"
    )
    mllm_check_url: Annotated[str | None, JUDGES] = Field(
        None, description="endpoint of the checking model; unset: the same endpoint"
    )
    mllm_same_model: Annotated[bool, JUDGES] = Field(False, description="true allows a model to check its own questions")
    mllm_api_key: SecretStr = Field(SecretStr(""), description="key of the endpoint; empty where it requires none")
    mllm_check_api_key: SecretStr = Field(SecretStr(""), description="key of the checking endpoint; empty: the same key")
    mllm_timeout_s: float = Field(60.0, gt=0, le=MOST_CALL_S, description="hard limit of one call of a judge")
    mllm_in_flight: int = Field(8, ge=1, le=256, description="most concurrent calls of the judges")
    mllm_call_max_tokens: Annotated[CallMaxTokens, JUDGES] = Field(
        None, description="limit of one reply of a judge; unset: 300 to 2000 by stage, twice as many after a cut"
    )
    mllm_one_request: Annotated[bool, JUDGES] = Field(
        False, description="verdict and questions by one request, so that each picture is sent once less"
    )
    mllm_images: Literal["data", "presigned"] = Field(
        "data", description="how pictures reach the model: in the request as JPEG or PNG, or as links to the stored files"
    )
    mllm_image_side: Annotated[int, JUDGES] = Field(
        1024, ge=64, le=8192, description="pixels of the longer side of pictures in requests at most"
    )
    llm_prices: Path | None = Field(None, description="YAML of prices by model; unset: tokens are counted, money is not")


class AgentSettings(ProcessSettings, StoreSettings, LanguageSettings, StructureSettings, AgentsGroup):
    """`skg agents`. The store is needed with a language model only: it keeps the answers."""

    agents_in_flight: int = Field(16, ge=1, le=1024, description="seeds processed concurrently")
    agents_drain_s: Seconds = Field(20.0, description="how long SIGTERM waits for seeds in progress")
    renderer: str = Field(DEFAULT_RENDERER, description="renderer that graphs are planned for")
    view_share: float = Field(
        DEFAULT_VIEW_SHARE, ge=0, le=1, description="share of scenes in metres that are drawn from further cameras too"
    )


class DiffusionSettings(_Settings):
    """How a diffusion renderer draws; the collage needs none of these."""

    render_model: str | None = Field(
        None, description="diffusion model: a folder, a hub's owner/name, or tiny (random weights, for trying the path)"
    )
    render_revision: str | None = Field(None, description="revision of a hub's model, pinned; a folder needs none")
    render_controlnet: str | None = Field(None, description="ControlNet of the renderer controlnet: a folder or owner/name")
    render_controlnet_revision: str | None = Field(None, description="revision of a hub's ControlNet, pinned")
    render_refine: str | None = Field(None, description="image-to-image model that refines pictures; unset: none does")
    render_refine_revision: str | None = Field(None, description="revision of a hub's refining model, pinned")
    render_refine_side: int = Field(
        1024, ge=64, le=4096, multiple_of=64, description="pixels of the longer side after refining, a multiple of 64"
    )
    render_steps: int | None = Field(None, ge=1, le=1000, description="denoising steps; unset: 50, of a tiny model 4")
    render_guidance: float | None = Field(
        None,
        ge=0,
        le=1000,
        description="weight of classifier-free guidance; unset: 7.5, or what the model's family is used with",
    )
    render_guidance_from: float = Field(0.0, ge=0, le=1, description="share of the steps before which there is none of it")
    render_guidance_until: float = Field(1.0, ge=0, le=1, description="share of the steps from which there is none of it")
    render_scheduler: Literal["model", "ddim", "dpmsolver++", "unipc"] = Field(
        "model", description="schedule of the steps; model: the checkpoint's own"
    )
    render_beta: float | None = Field(
        None, ge=0, le=1, description="share of the steps with a GLIGEN's gated layers; unset: 0.3, for lmd_plus 0.4"
    )
    render_dtype: Literal["auto", "float32", "float16", "bfloat16"] = Field(
        "auto", description="number format; auto: on a GPU what the model was made for, float32 on a CPU"
    )
    render_variant: Literal["fp16", "bf16"] | None = Field(
        None, description="copy of the weights that is fetched and read, where a part has it; unset: the usual one"
    )
    render_method: str | None = Field(
        None, description="a guided method's settings that differ from its reference program's, as a JSON object"
    )
    render_compile: bool = Field(False, description="compile the UNet: minutes at the start, faster from then on")
    render_compile_mode: Literal["default", "reduce-overhead", "max-autotune"] = Field(
        "default", description="torch.compile's mode: reduce-overhead and max-autotune use CUDA graphs"
    )
    render_segmenter: str | None = Field(
        None, description="SAM by which lmd_plus and lmd cut objects out: a folder or owner/name; unset: by attention"
    )
    render_segmenter_revision: str | None = Field(None, description="revision of a hub's SAM, pinned")
    render_condition: Literal["depth", "canny", "segmentation"] = Field(
        "depth", description="what a ControlNet of photographs is shown of a structure"
    )
    render_condition_scale: float = Field(1.0, ge=0, le=10, description="weight of that condition")
    render_condition_from: float = Field(0.0, ge=0, le=1, description="share of the steps before which it does not count")
    render_condition_until: float = Field(1.0, ge=0, le=1, description="share of the steps from which it does not count")
    render_strength: float | None = Field(
        None,
        gt=0,
        le=1,
        description="noise on the structure's picture, which is drawn over; unset: photographs begin as noise",
    )
    render_inpaint: float | None = Field(
        None, gt=0, le=1, description="noise on each object of a photograph, which is drawn anew by itself; unset: none is"
    )
    render_regional: float = Field(
        0.0, ge=0, le=1, description="share of an object's own phrase in its place (photographs by SD1.5 and SDXL)"
    )
    render_side: int | None = Field(
        None,
        ge=64,
        le=4096,
        multiple_of=64,
        description="pixels of a photograph's longer side, a multiple of 64; unset: the model's own",
    )
    render_linger_s: Seconds = Field(0.05, description="how long a batch of graphs may wait to fill")
    model_cache: Path = Field(Path(".skg/models"), description="folder for the tiny models and the hashes of weights")


class SplitSettings(_Settings):
    """The share of scenes that is held out: render states it in every picture's event, write checks it."""

    held_out_per_mille: int = Field(
        DEFAULT_HELD_OUT_PER_MILLE,
        ge=0,
        le=MAX_HELD_OUT_PER_MILLE,
        description="scenes of 1,000 held out for validation, and as many for test; as in the dataset's table",
    )


class IngestSettings(KafkaSettings, StoreSettings, KnowledgeSettings, SplitSettings):
    """Where annotated pictures are stored and published."""


class SolidSettings(_Settings):
    """How the solid renderer draws."""

    solid_python: Path | None = Field(
        None,
        description="interpreter with bpy and OpenEXR; default: .venv-solid beside this environment",
    )
    solid_side: int = Field(512, ge=64, le=4096, description="pixels of a side")
    solid_samples: int = Field(8, ge=1, le=4096, description="samples a pixel")
    solid_denoise: bool = Field(True, description="denoise what was sampled")
    solid_bounces: int = Field(6, ge=0, le=64, description="how often light bounces")
    solid_device: Literal["auto", "cpu", "cuda", "optix"] = Field("auto", description="auto: a GPU where there is one")
    solid_threads: int = Field(0, ge=0, le=1024, description="threads on the CPU; 0: one for each core")


class RenderSettings(
    ProcessSettings, StoreSettings, DiffusionSettings, StructureSettings, SolidSettings, SplitSettings, RenderGroup
):
    """`skg render`."""

    render_batch: int | None = Field(
        None,
        ge=1,
        le=256,
        description="graphs in one render call; unset: 4, on a GPU as many as its memory holds, up to 16",
    )
    renderer: str = Field(
        DEFAULT_RENDERER, description="renderer to draw with: collage, solid, or a diffusion renderer such as gligen"
    )
    sprites_dir: Path | None = Field(None, description="folder of object sprites; default: beside the environment")


class VisionSettings(_Settings):
    """Models that examine pictures without a renderer's truth, and the policy for bad pictures."""

    detector: Annotated[str | None, JUDGES] = Field(
        None, description="zero-shot detector: a folder, a hub's owner/name, or tiny (never finds anything)"
    )
    detector_revision: Annotated[str | None, JUDGES] = Field(None, description="revision of a hub's detector, pinned")
    detector_firm: Annotated[float | None, JUDGES] = Field(
        None, gt=0, lt=1, description="score from which a detection counts; unset: 0.35 for Grounding DINO, 0.25 for OWLv2"
    )
    detector_weak: Annotated[float | None, JUDGES] = Field(
        None, gt=0, lt=1, description="score from which one casts doubt; unset: 0.2 for Grounding DINO, 0.12 for OWLv2"
    )
    eyes_dtype: Annotated[Literal["auto", "float32", "float16", "bfloat16"], JUDGES] = Field(
        "auto", description="number format of detector and depth estimator; auto: half precision on a GPU"
    )
    depth: Annotated[str | None, JUDGES] = Field(
        None, description="depth estimator: a folder or a hub's owner/name; unset: no depth"
    )
    depth_spreads: Annotated[float, JUDGES] = Field(
        3.0, ge=0, description="by how many of a pair's own spreads two measured depths differ before one is nearer"
    )
    depth_share: Annotated[float, JUDGES] = Field(
        0.31, ge=0, description="by what share of the nearer one's depth they differ besides: errors for whole things"
    )
    depth_revision: Annotated[str | None, JUDGES] = Field(None, description="revision of a hub's depth estimator, pinned")
    salvage: Annotated[bool, JUDGES] = Field(
        True, description="relabel a picture that broke its graph by what it shows, where that is enough"
    )
    place_iou: Annotated[float, JUDGES] = Field(
        0.5, gt=0, le=1, description="IoU from which an object of a photograph is where its structure has it"
    )
    retries: Annotated[int, JUDGES] = Field(
        2, ge=0, le=100, description="further pictures of a graph, with other seeds, before it is given up"
    )
    question_margin: Annotated[float, JUDGES] = Field(
        1.0, gt=0, le=20, description="factor on the margins of questions: above 1 only clearer ones are asked"
    )
    nsfw_above: Annotated[float | None, JUDGES] = Field(
        None, gt=0, le=1, description="reject pictures that a classifier scores above this; unset: no classifier"
    )
    model_cache: Path = Field(Path(".skg/models"), description="folder for the tiny models")


class ExamineSettings(ProcessSettings, StoreSettings, JudgeSettings, VisionSettings, ExamineGroup):
    """`skg examine`."""

    examine_batch: int = Field(8, ge=1, le=256, description="images in one examine call")


class WriterSettings(ProcessSettings, StoreSettings, SplitSettings, WriteGroup):
    """`skg write`."""

    dataset_uri: str = Field("dataset-out", description="the dataset's table: a folder or s3://bucket/path")

    @field_validator("dataset_uri")
    @classmethod
    def _known_scheme(cls, text: str) -> str:
        if "://" in text and not text.startswith("s3://"):
            raise ValueError("a dataset is in a folder or at s3://bucket/path")
        return text

    dataset_depth: bool = Field(True, description="keep depth maps in rows, where a renderer knows them")
    write_rows: int = Field(500, ge=1, le=10_000, description="samples in one commit at most")
    write_every_s: Seconds = Field(3.0, description="seconds between commits at most")


class BalanceSettings(ProcessSettings):
    """`skg balance`."""

    balance_targets: Path = Field(Path("targets.yaml"), description="YAML file of the target mix and its bounds")


def judging() -> dict[str, str]:
    """The settings that decide which pictures are accepted: environment name to the field of `ExamineSettings`."""
    fields = ExamineSettings.model_fields.items()
    return {f"SKG_{name.upper()}": name for name, info in fields if JUDGES in info.metadata}


class LagSettings(ProcessSettings, AgentsGroup, RenderGroup, ExamineGroup, WriteGroup):
    """`skg status` and `skg lag-exporter`: which groups are monitored."""

    stuck_after_s: Seconds = Field(
        60.0, description="a stage that moves nothing for this long, though it has members and unread events, is stuck"
    )
    lag_every_s: Seconds = Field(10.0, description="seconds between two polls of the lag exporter")

    @property
    def groups(self) -> dict[str, str]:
        """Stage to group."""
        return {stage: getattr(self, f"{stage}_group") for stage in STAGES}


class StatusSettings(LagSettings, StoreSettings):
    """`skg status`. The store is probed where its endpoint is set."""


ALL = (AgentSettings, RenderSettings, ExamineSettings, WriterSettings, BalanceSettings, StatusSettings)
"""They have every setting."""


def describe() -> list[tuple[str, str, str, str]]:
    """Every setting as (environment name, value, default, meaning), secrets masked, in a stable order."""
    rows: dict[str, tuple[str, str, str, str]] = {}
    for cls in ALL:
        values = cls()
        for name, info in cls.model_fields.items():
            env = variable_of(name)
            rows[env] = (env, masked(str(getattr(values, name))), str(info.default), info.description or "")
        for name in secrets_of(cls):
            env = file_variable_of(name)
            rows[env] = (env, os.environ.get(env) or "None", "None", f"file that holds {variable_of(name)}")
    return [rows[env] for env in sorted(rows)]
