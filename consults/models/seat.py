"""A held seat: one row for each five-minute cell a request occupies.

The unique (cell, seat) keeps a time from being given twice: the database refuses the second row
under any interleaving, even for consults of different lengths or grids. The policy's capacity is the
number of seats in a cell; the writer uses seat numbers below it.
"""

from django.db import models

from .consult_request import ConsultRequest


class Seat(models.Model):
    cell = models.BigIntegerField(help_text="Number of the five-minute cell, counted from 1970 in UTC.")
    seat = models.PositiveSmallIntegerField()
    request = models.ForeignKey(ConsultRequest, on_delete=models.CASCADE, related_name="seats")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cell", "seat"], name="a_seat_is_held_once")]

    def __str__(self) -> str:
        return f"cell {self.cell}, seat {self.seat}"
