"""The settings, read once. A bad or missing one stops the start with one message naming them all.

Fields are checked in the order written here: a rule that needs another setting finds it among
those that passed before. Secrets never show in a repr or in a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from . import database, rules, shapes
from .receivers import Signed, signed, split
from .strength import LATER

_Listed = BeforeValidator(shapes.split_list)
_Spaced = BeforeValidator(split)
_WebhookSecret = Annotated[str, AfterValidator(shapes.webhook_secret)]
_NotifySecret = Annotated[str, AfterValidator(shapes.notify_secret)]
_NotifyEvent = Annotated[str, AfterValidator(shapes.notify_event)]
_ApiKey = Annotated[str, AfterValidator(shapes.printable)]
_Origin = Annotated[str, AfterValidator(shapes.origin)]
_BaseUrl = Annotated[str, AfterValidator(shapes.base_url)]
_Address = Annotated[str, AfterValidator(shapes.web_address)]
_Email = Annotated[str, AfterValidator(shapes.email)]
_Rate = Annotated[str, AfterValidator(shapes.rate)]
_File = Annotated[Path, AfterValidator(shapes.file_path)]


class SettingsError(Exception):
    """The service cannot start as it is configured; the message names every bad variable."""


class Settings(BaseSettings):
    """What the environment says. Build it with `Settings.load()` for a readable refusal."""

    # Names are literal: `secret_key` is no other way to write SECRET_KEY.
    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        validate_default=True,
        case_sensitive=True,
        alias_generator=str.upper,
    )

    dyno: str | None = None
    stripe_secret_key: Annotated[str, AfterValidator(shapes.secret_key)] = Field(repr=False)
    stripe_context: Annotated[str, AfterValidator(shapes.account_id)] | None = None
    flask_debug: bool = False
    stripe_api_base: _Origin | None = None
    stripe_js_url: _Address = rules.STRIPE_JS
    stripe_checkout_origin: _Origin = "https://checkout.stripe.com"  # or your own checkout domain
    stripe_webhook_secret: Annotated[tuple[_WebhookSecret, ...], NoDecode, _Listed] = Field(
        (), repr=False
    )
    stripe_publishable_key: str | None = None
    port: int = Field(8000, ge=1, le=65535)
    database_url: Annotated[str, AfterValidator(database.database_url)] = Field(
        "sqlite:///instance/checkout.sqlite3", repr=False
    )
    secret_key: str = Field(None, repr=False)  # type: ignore[assignment]  # the rule fills it
    public_base_url: _BaseUrl = None  # type: ignore[assignment]  # the rule fills it
    allowed_origins: Annotated[tuple[_Origin, ...], NoDecode, _Listed] = ()
    trusted_proxy_hops: int = Field(0, ge=0, le=10)
    api_keys: Annotated[tuple[_ApiKey, ...], NoDecode, _Listed] = Field((), repr=False)
    admin_password: str | None = Field(None, repr=False)
    notify_url: Annotated[tuple[_Address, ...], NoDecode, _Spaced] = Field((), repr=False)
    notify_secret: Annotated[tuple[_NotifySecret, ...], NoDecode, _Spaced] = Field((), repr=False)
    notify_events: Annotated[tuple[_NotifyEvent, ...], NoDecode, _Listed] = ()  # all
    notify_allow_private: bool = False
    catalog_file: _File = Path("catalog.toml")
    create_rate_limit: _Rate = "30 per minute"
    poll_rate_limit: _Rate = "600 per minute"
    challenge: Annotated[str, AfterValidator(shapes.callable_name)] | None = None
    stripe_reads_per_second: int = Field(15, ge=1, le=1000)
    sweep_interval_seconds: float = Field(60, gt=0, le=3600)
    deliver_interval_seconds: float = Field(1, gt=0, le=3600)
    deliver_concurrency: int = Field(8, ge=1, le=64)
    intent_life_seconds: int = Field(86_400, ge=1_800, le=30 * 86_400)
    retention_days: int = Field(0, ge=0, le=36_500)  # 0: personal data is kept
    clock_offset_file: _File | None = None
    metrics_token: str | None = Field(None, repr=False)
    redis_url: Annotated[str, AfterValidator(shapes.redis_url)] | None = Field(None, repr=False)
    shop_name: str | None = Field(None, max_length=60)  # else the catalog's, as below
    support_email: Annotated[_Email, Field(max_length=254)] | None = None
    sentry_dsn: _Address | None = Field(None, repr=False)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    web_concurrency: int = Field(1, ge=1, le=256)
    web_threads: int = Field(32, ge=1, le=1024)

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Read the environment; `overrides` come first, by their fields' names.

        Raises SettingsError naming every bad variable.
        """
        try:
            return cls(**{name.upper(): value for name, value in overrides.items()})
        except ValidationError as error:
            raise SettingsError(_in_one_message(error)) from None

    @property
    def live(self) -> bool:
        """True with a live key: real money."""
        return rules.live(self.__dict__)

    @property
    def deliver_at_most(self) -> int:
        """Messages at once while a receiver is as fast as ever: who sets a number means it."""
        chosen = "deliver_concurrency" in self.model_fields_set
        return self.deliver_concurrency if chosen else 4 * self.deliver_concurrency

    @property
    def pull_mode(self) -> bool:
        """True with a restricted key and no webhook secret: Payment Links only."""
        return rules.pull_mode(self.__dict__)

    @property
    def signing_secrets(self) -> tuple[str, ...]:
        """What verifies webhooks: a secret that only holds the place would let anybody sign."""
        return tuple(secret for secret in self.stripe_webhook_secret if secret != LATER)

    @property
    def receivers(self) -> tuple[Signed, ...]:
        """Who gets the notifications, each with the secrets that sign for it."""
        return signed(self.notify_url, self.notify_secret) if self.notify_url else ()

    @property
    def development(self) -> bool:
        """True with a test key and either the sandbox (a loopback API base) or a debug server."""
        return rules.development(self.__dict__)

    @property
    def public_origin(self) -> str:
        """The scheme and host of the service's own URLs, as browsers name it in `Origin`."""
        return self.public_base_url.removesuffix(self.mount)

    @property
    def mount(self) -> str:
        """The path that the service is mounted at, such as `/pay`; mostly none."""
        return urlsplit(self.public_base_url).path

    @property
    def passwords(self) -> tuple[str, ...]:
        """What no log line may hold, whatever its shape."""
        single = (self.secret_key, self.admin_password, self.metrics_token)
        return (*self.api_keys, *(secret for secret in single if secret))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings

    @model_validator(mode="before")
    @classmethod
    def _blank_is_unset(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        stripped = {k: v.strip() if isinstance(v, str) else v for k, v in values.items()}
        return {key: value for key, value in stripped.items() if value != ""}

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("stripe_publishable_key")
    @classmethod
    def _publishable(cls, value: str | None, info: ValidationInfo) -> str | None:
        return rules.publishable(value, info.data)

    @field_validator("secret_key", mode="before")
    @classmethod
    def _signing_key(cls, value: str | None, info: ValidationInfo) -> str:
        return rules.signing_key(value, info.data)

    @field_validator("public_base_url", mode="before")
    @classmethod
    def _own_address(cls, value: str | None, info: ValidationInfo) -> str:
        return rules.own_address(value, info.data)

    @field_validator(*rules.TOGETHER)
    @classmethod
    def _together(cls, value: Any, info: ValidationInfo) -> Any:
        rules.TOGETHER[str(info.field_name)](value, info.data)
        return value


def _in_one_message(error: ValidationError) -> str:
    faults: dict[str, str] = {}
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        reason = "is missing" if fault["type"] == "missing" else fault["msg"]
        faults.setdefault(str(fault["loc"][0]).upper(), reason.removeprefix("Value error, "))
    lines = [f"  {name}: {reason}" for name, reason in faults.items()]
    return "The service cannot start. Mend these settings:\n" + "\n".join(lines)
