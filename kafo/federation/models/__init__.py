from kafo.federation.models.logs import Alarm, Frame, Held, Log, Outbox, TreeNode, Waiting
from kafo.federation.models.proposals import Decision, Proposal
from kafo.federation.models.trust import Peer, Roster

__all__ = [
    "Alarm",
    "Decision",
    "Frame",
    "Held",
    "Log",
    "Outbox",
    "Peer",
    "Proposal",
    "Roster",
    "TreeNode",
    "Waiting",
]
