"""The door to the merchant's backend: signed messages out, over guarded HTTP.

It knows no orders and no rows; its neighbours on this floor are strangers to it.
"""

from .network_probe import NetworkProbe
from .receiver import MerchantReceiver, build_receivers
from .session import safe_session

__all__ = ["MerchantReceiver", "NetworkProbe", "build_receivers", "safe_session"]
