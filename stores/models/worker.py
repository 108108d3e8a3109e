from datetime import timedelta

from django.db import models

AWAY_AFTER = timedelta(minutes=2)
"""How long the worker may be silent before the pages say that it is away."""


class HeartbeatQuerySet(models.QuerySet):
    def worker(self):
        return self.filter(name=self.model.WORKER)


class Heartbeat(models.Model):
    """When the worker was last heard of."""

    name = models.CharField(max_length=20, primary_key=True)
    beat_at = models.DateTimeField()

    WORKER = "worker"

    objects = HeartbeatQuerySet.as_manager()

    def __str__(self):
        return f"{self.name} {self.beat_at}"

    @classmethod
    def stamp(cls, now):
        cls.objects.update_or_create(name=cls.WORKER, defaults={"beat_at": now})

    @classmethod
    def last_beat(cls):
        """When the worker was last heard of; None when never."""
        return cls.objects.worker().values_list("beat_at", flat=True).first()

    @classmethod
    def is_away(cls, beat_at, now) -> bool:
        return beat_at is None or now - beat_at > AWAY_AFTER


class WakeUp(models.Model):
    """A bell that has been rung and not yet heard: while one waits, no second is queued."""

    name = models.CharField(max_length=100, primary_key=True)
    queued_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.name
