"""What the pretend bank keeps, in its own terms. Amounts are minor units; `ref` is the name the outside knows."""

import secrets

from django.db import models
from django.db.models import Q


def new_ref(prefix: str) -> str:
    """Return a name nobody can guess: it is what protects the pages of a checkout."""
    return f"{prefix}_{secrets.token_hex(12)}"


class Clock(models.Model):
    """The bank's clock, one row: how far staff have moved it ahead. Whoever changes the books locks it first."""

    offset = models.BigIntegerField(default=0)  # seconds

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="bank_one_clock"),
            models.CheckConstraint(condition=Q(offset__gte=0), name="bank_clock_never_back"),
        ]

    def __str__(self) -> str:
        return f"{self.offset} s ahead"


class Asked(models.Model):
    """A request that was answered, by its idempotency key: asked again, it gets the same answer."""

    key = models.CharField(max_length=200, primary_key=True)
    verb = models.CharField(max_length=20)
    request = models.JSONField()
    answer = models.JSONField()
    asked_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.verb} {self.key}"


class Checkout(models.Model):
    """One attempt to pay on the bank's page: once, or now and every month."""

    class State(models.TextChoices):
        OPEN = "open"
        CONFIRMING = "confirming"  # the payer's bank wants to hear from them
        ON_ITS_WAY = "on_its_way"  # a bank debit takes days
        PAID = "paid"
        FAILED = "failed"  # a bank debit came back
        ABANDONED = "abandoned"

    ref = models.CharField(max_length=40, unique=True)
    key = models.CharField(max_length=200, unique=True)
    request = models.JSONField()  # see checkouts.FIELDS
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # without payment

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state__in=["open", "confirming"]), name="bank_checkout_expiry"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def reference(self) -> str:
        """Return the shop's own name of what is paid for."""
        return str(self.request["reference"])

    @property
    def open(self) -> bool:
        """Return whether somebody may still pay."""
        return self.state in {self.State.OPEN, self.State.CONFIRMING}


class Method(models.Model):
    """How somebody pays: fields that a payment and a schedule share."""

    method_kind = models.CharField(max_length=12, default="card")  # "card", "bank_debit"
    method_label = models.CharField(max_length=60, default="")
    card_ends_on = models.DateField(null=True)  # the card's last day

    class Meta:
        abstract = True


class Schedule(Method):
    """A promise to pay every month. `acts_at` is when something next falls due of it; None when it has ended."""

    class State(models.TextChoices):
        ACTIVE = "active"
        ENDED = "ended"

    class Failing(models.TextChoices):
        NO = ""
        ONCE = "once"  # the next charge is declined
        ALWAYS = "always"  # every charge is declined until there is another card
        CONFIRM = "confirm"  # the payer's bank asks about the next charge

    ref = models.CharField(max_length=40, unique=True)
    customer = models.CharField(max_length=40)
    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, related_name="schedule")
    payer = models.CharField(max_length=200)
    minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    anchor_day = models.PositiveSmallIntegerField()
    billed_month = models.DateField()  # the first day of the last month that was billed or left out
    next_on = models.DateField(null=True)
    paused_until = models.DateField(null=True)
    announced_for = models.DateField(null=True)  # the instalment whose coming was told
    card_end_told = models.PositiveSmallIntegerField(default=0)  # 30 or 7: the days ahead last told
    failing = models.CharField(max_length=8, choices=Failing, default=Failing.NO, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    end_reason = models.CharField(max_length=20, default="")
    created_at = models.DateTimeField()
    told_at = models.DateTimeField()  # the moment of the last message: the next is later
    acts_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minor__gt=0), name="bank_schedule_of_something"),
            models.CheckConstraint(condition=Q(anchor_day__gte=1, anchor_day__lte=31), name="bank_schedule_day"),
        ]

    def __str__(self) -> str:
        return self.ref


class Bill(models.Model):
    """One month's demand of a schedule: at most one for each calendar month."""

    class State(models.TextChoices):
        OPEN = "open"  # to be tried again on next_try_on
        ON_ITS_WAY = "on_its_way"
        PAID = "paid"
        SKIPPED = "skipped"
        GIVEN_UP = "given_up"

    ref = models.CharField(max_length=40, unique=True)
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="bills")
    month = models.DateField()
    due_on = models.DateField()
    minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    tries = models.PositiveSmallIntegerField(default=0)
    first_failed_on = models.DateField(null=True)
    next_try_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "month"], name="bank_one_bill_a_month")]

    def __str__(self) -> str:
        return self.ref


class Payment(Method):
    """Money that came, or is on its way from a payer's bank."""

    class State(models.TextChoices):
        ON_ITS_WAY = "on_its_way"
        PAID = "paid"
        FAILED = "failed"

    ref = models.CharField(max_length=40, unique=True)
    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="payments")
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.PROTECT, related_name="payments")
    bill = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="payments")
    first = models.BooleanField()  # of its checkout: it carries the shop's reference
    minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    fee = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State)
    created_at = models.DateTimeField()
    settles_at = models.DateTimeField(null=True, db_index=True)  # a bank debit's arrival
    paid_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minor__gt=0, fee__gte=0), name="bank_payment_of_something"),
            models.UniqueConstraint(
                fields=["bill"], condition=Q(state__in=["on_its_way", "paid"]), name="bank_a_bill_is_paid_once"
            ),
        ]

    def __str__(self) -> str:
        return self.ref


class Refund(models.Model):
    """Money sent back to a payer."""

    ref = models.CharField(max_length=40, unique=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    minor = models.BigIntegerField()
    made_at = models.DateTimeField(db_index=True)
    failed_at = models.DateTimeField(null=True, db_index=True)  # the payer's bank could not take it

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(minor__gt=0), name="bank_refund_of_something")]

    def __str__(self) -> str:
        return self.ref


class Dispute(models.Model):
    """A payer's bank took the money of a payment back, for now or for good."""

    ref = models.CharField(max_length=40, unique=True)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="dispute")
    minor = models.BigIntegerField()
    reason = models.CharField(max_length=40)
    opened_at = models.DateTimeField(db_index=True)
    closed_at = models.DateTimeField(null=True, db_index=True)
    won = models.BooleanField(null=True)

    def __str__(self) -> str:
        return self.ref


class Payout(models.Model):
    """What the bank sent to the charity's own account, one currency at a time."""

    ref = models.CharField(max_length=40, unique=True)
    minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField(db_index=True)
    arrives_on = models.DateField()
    failed_at = models.DateTimeField(null=True, db_index=True)  # the charity's bank could not take it

    def __str__(self) -> str:
        return self.ref


class CardPage(models.Model):
    """A page where a payer puts another card to a schedule, and where they go afterwards."""

    ref = models.CharField(max_length=40, unique=True)
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="card_pages")
    return_url = models.CharField(max_length=2000)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.ref


class Message(models.Model):
    """An outgoing signed notice. Its times are real ones; the moment it tells of stands in its body."""

    ref = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=40)
    body = models.TextField()  # JSON, as it is signed and sent
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    wanted = models.PositiveSmallIntegerField(default=1)  # deliveries; 2 for a message that comes twice
    deliveries = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)  # that failed
    claimed_until = models.DateTimeField(null=True)  # a process is sending it
    delivered_at = models.DateTimeField(null=True)  # all that were wanted
    given_up_at = models.DateTimeField(null=True)
    last_fault = models.CharField(max_length=200, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(delivered_at__isnull=True, given_up_at__isnull=True),
                name="bank_message_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"
