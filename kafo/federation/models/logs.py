"""What this node holds of the logs: where each stands, its frames, and the state they lead to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kafo.federation.enums import AlarmKind, Parked
from kafo.federation.wire.frames import FIRST, Place
from kafo.federation.wire.roots import EMPTY


class Log(models.Model):
    """The log of one office for one audience, as far as it is known here."""

    office = models.UUIDField()
    audience = models.CharField(max_length=80)
    epoch = models.PositiveIntegerField(default=1)
    sequence = models.PositiveBigIntegerField(default=0)
    head_hash = models.BinaryField(default=FIRST)
    before = models.BinaryField(default=FIRST)
    statement = models.BinaryField(default=b"")
    root = models.BinaryField(default=EMPTY)
    next_number = models.PositiveBigIntegerField(default=0)
    records = models.PositiveBigIntegerField(default=0)
    key = models.BinaryField(default=b"")
    released_to = models.BinaryField(default=b"")
    branches_to = models.PositiveIntegerField(default=0)
    has_holes = models.BooleanField(default=False)
    edition = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "audience"], name="one_log")]

    def __str__(self) -> str:
        return f"{self.office} · {self.audience}"

    @property
    def place(self) -> Place:
        """Give the place of the next frame."""
        return Place(self.office.bytes, self.audience, self.epoch, bytes(self.head_hash))


class Frame(models.Model):
    """A frame as it was sealed or received; once every office has it, only its hash is kept."""

    log = models.ForeignKey(Log, models.CASCADE, related_name="frames")
    epoch = models.PositiveIntegerField()
    sequence = models.PositiveBigIntegerField()
    hash = models.BinaryField()
    data = models.BinaryField(default=b"")
    size = models.PositiveIntegerField(default=0)
    entries = models.PositiveIntegerField(default=0)
    erasures = models.PositiveIntegerField(default=0)
    sealed_at = models.PositiveBigIntegerField()
    is_void = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["log", "sequence"],
                condition=models.Q(is_void=False),
                name="one_frame_per_sequence",
            )
        ]
        ordering = ["log", "sequence"]

    def __str__(self) -> str:
        return f"{self.log} · {self.epoch}.{self.sequence}"


class Held(models.Model):
    """A record as its office last stated it: the received values, whoever can read them."""

    log = models.ForeignKey(Log, models.CASCADE, related_name="held")
    number = models.PositiveBigIntegerField()
    record_id = models.UUIDField(db_index=True)
    kind = models.PositiveIntegerField()
    state = models.BinaryField()
    parked = models.CharField(max_length=10, choices=Parked, default=Parked.NO, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "number"], name="one_per_number")]
        indexes = [models.Index(fields=["log"], condition=~models.Q(parked=""), name="held_parked")]

    def __str__(self) -> str:
        return f"{self.log} · {self.number}"


class Waiting(models.Model):
    """A record that points to one which is not here."""

    held = models.ForeignKey(Held, models.CASCADE, related_name="waits")
    target_id = models.UUIDField(db_index=True)

    def __str__(self) -> str:
        return f"{self.held} → {self.target_id}"


class TreeNode(models.Model):
    """A node of the tree whose top is the state root."""

    log = models.ForeignKey(Log, models.CASCADE, related_name="tree")
    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    children = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["log", "level", "index"], name="one_tree_node")
        ]

    def __str__(self) -> str:
        return f"{self.log} · {self.level}.{self.index}"


class Outbox(models.Model):
    """A record was changed here and the log has not said so yet; written with the change itself."""

    kind = models.PositiveIntegerField()
    record_id = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.kind} · {self.record_id}"


class Alarm(models.Model):
    """Something that no machine may settle alone."""

    kind = models.CharField(_("what"), max_length=16, choices=AlarmKind)
    log = models.ForeignKey(Log, models.CASCADE, null=True, related_name="alarms")
    text = models.TextField(_("details"))
    raised_at = models.DateTimeField(_("raised at"), auto_now_add=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)

    class Meta:
        ordering = ["-raised_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text}"
