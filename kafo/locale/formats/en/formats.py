"""English puts the day before the month, as the offices do, and counts the hours to 24."""

DATE_FORMAT = "j F Y"
MONTH_DAY_FORMAT = "j F"
DATETIME_FORMAT = "j F Y H:i"
TIME_FORMAT = "H:i"
