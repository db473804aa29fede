from kafo.federation.models.logs import Alarm, Frame, Held, Log, Outbox, TreeNode, Waiting
from kafo.federation.models.proposals import Decision, Proposal
from kafo.federation.models.trust import Handover, Line, Peer, PeerLog, Roster

__all__ = [
    "Alarm",
    "Decision",
    "Frame",
    "Handover",
    "Held",
    "Line",
    "Log",
    "Outbox",
    "Peer",
    "PeerLog",
    "Proposal",
    "Roster",
    "TreeNode",
    "Waiting",
]
