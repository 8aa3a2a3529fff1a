"""How the admin shows dates and times where no template says otherwise: as the site does, not `4 p.m.`."""

TIME_FORMAT = "g:i A"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "F j, Y, g:i A"
