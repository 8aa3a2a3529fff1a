"""The longest forms of races, crashes, mail, the bot and the look at every size: `python -m tests.drills`, once a night."""
