"""Settings of a real installation. Refuses to start rather than run with a demo's secrets or with none."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from nianlun.config.demo_secrets import is_marked
from nianlun.config.settings.base import *  # noqa: F403
from nianlun.config.settings.base import GATEWAY_SECRET, GATEWAY_URL, LOG_KEY, MEDIA_RECIPIENTS, database

SHORTEST_GATEWAY_SECRET = 32


def _required(name: str, what: str) -> str:
    if value := os.environ.get(name, ""):
        return value
    raise ImproperlyConfigured(
        f"没有设置 {name}（{what}），系统不启动。试用请先运行 make demo；正式安装请在环境变量中设置它。"
    )


if os.environ.get("NIANLUN_DEMO", "0") not in {"", "0"}:
    raise ImproperlyConfigured("正式环境不能打开演示功能（NIANLUN_DEMO），系统不启动。请去掉这个变量。")

DEMO = False
SECRET_KEY = _required("SECRET_KEY", "签名密钥，至少 50 个随机字符")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY 太短，系统不启动。请换成至少 50 个随机字符。")
DATABASES = {"default": database(_required("DATABASE_URL", "数据库地址"))}
KEYRING = Path(_required("NIANLUN_KEYRING", "密钥文件的路径"))
if not KEYRING.is_file():
    raise ImproperlyConfigured(
        f"密钥文件 {KEYRING} 不存在，系统不启动。请从保管处恢复，或更正 NIANLUN_KEYRING。"
    )
if is_marked(KEYRING):
    raise ImproperlyConfigured(f"{KEYRING} 是演示用的密钥文件，系统不启动。请为正式环境另建密钥文件。")
VAULT_KEYS = Path(_required("NIANLUN_VAULT_KEYS", "档案库密钥文件的路径"))
if not VAULT_KEYS.is_file():
    raise ImproperlyConfigured(
        f"档案库的密钥文件 {VAULT_KEYS} 不存在，系统不启动。请从保管处恢复，或更正 NIANLUN_VAULT_KEYS。"
    )
if is_marked(VAULT_KEYS):
    raise ImproperlyConfigured(
        f"{VAULT_KEYS} 是演示用的密钥文件，系统不启动。请用 nianlun vault keys --create 为正式环境另建一份。"
    )
if is_marked(LOG_KEY):
    raise ImproperlyConfigured(
        f"{LOG_KEY} 是演示用的日志签名密钥，系统不启动。请用 nianlun journal key --create 为正式环境另建一份。"
    )

if is_marked(MEDIA_RECIPIENTS):
    raise ImproperlyConfigured(
        f"{MEDIA_RECIPIENTS} 是演示用的保管人公钥，系统不启动。"
        "请换成保管人自己的公钥，或更正 NIANLUN_MEDIA_RECIPIENTS。"
    )

if GATEWAY_URL and not GATEWAY_URL.startswith("https://"):
    raise ImproperlyConfigured(
        "NIANLUN_GATEWAY_URL 不是 https:// 地址，系统不启动：短信和手机号不能明文传输。"
    )
if GATEWAY_URL and len(GATEWAY_SECRET) < SHORTEST_GATEWAY_SECRET:
    raise ImproperlyConfigured(
        f"NIANLUN_GATEWAY_SECRET 没有设置或太短，系统不启动。请与网关约定至少 {SHORTEST_GATEWAY_SECRET} 个随机字符。"
    )

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # S5.4: the one page a load balancer asks for without TLS
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
if os.environ.get("NIANLUN_BEHIND_PROXY", "0") not in {"", "0"}:
    # Only a site that says so trusts the header; else any client could claim to have come by TLS.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
