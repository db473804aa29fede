from kafo.federation.models.logs import Alarm, Frame, Held, Log, Outbox, TreeNode, Waiting
from kafo.federation.models.trust import Peer, Roster

__all__ = [
    "Alarm",
    "Frame",
    "Held",
    "Log",
    "Outbox",
    "Peer",
    "Roster",
    "TreeNode",
    "Waiting",
]
