"""The quantities that sentences of the book may have typed: design and rules fix them, no datum does.

Each stands here with the words around it on the pages, so that a result of the same digits is told apart:
"within 72 hours after" is a rule, "a median of 72 hours" would be a result.
"""

DOSES = """
1.0 g/kg was permitted from week 28
2.0 g/kg of IVIg or placebo
2.0 g/kg per cycle
from 2.0 g/kg to 1.0 g/kg
planned with 1.0 g/kg
planned* dose was 1.0 g/kg
at 1.0 g/kg
At 1.0 g/kg
at 2.0 g/kg
At 2.0 g/kg
at the rate of 2.0 g/kg
maximum infusion rate fell from 0.12 mL/kg/min to 0.04 mL/kg/min
maximum permitted infusion rate fell from 0.12 mL/kg/min to 0.04 mL/kg/min
Before: at most 0.12 mL/kg/min was permitted
After: at most 0.04 mL/kg/min was permitted
"""

WEEKS = """
every 4 weeks
weeks 0 to 16
Weeks 0 to 16
weeks 16 to 40
Weeks 16 to 40
Week 0 is the start
patients at week 0
third infusion cycle, at week 8
at week 8 or 12
at week 8 or week 12
last infusion was due in week 12
after an infusion in week 12
week 12, and the longest printed time
for at most 16 weeks
for up to 16 weeks
to week 16
by week 16
ended at week 16
ends at week 16
after week 16 were open-label
before week 16
stand at week 16, when the extension began
(from week 16, onwards)
Day of week 16
After week 24 only
from week 28
From week 28
until week 28
at week 28, when doses could first be reduced
to week 40
"""

TIMES = """
to 72 h after its end
within 72 h after
within 72 hours after
to 72 hours after its end
more than 72 hours after the end
prolonged up to 5 days
over the 2- to 5-day visit
on two consecutive days
no later than 4 weeks after
up to 4 weeks after
last cycle 28 days
last cycle for 28 days
last one 28 days
month has 30.4375 days
Latency time is marked as 0
latency of 0 days
Latency of 0: during the cycle
(date of resolution − date of onset) + 1
Duration of 1: gone the same day
Up to 2 days
12 weeks or more
24 weeks or more
36 weeks or more
began in February 2017
was in November 2019
"""

RULES = """
in more than 5% of the patients
95% confidence interval
95% interval
95% intervals
95% CI
95% limit
per 100 cycles
Per 100 cycles
per 100 infusion cycles
per 100 patient-months
two consecutive cycles
two consecutive visits
two consecutive earlier visits
two previous consecutive visits
the two cycles
three or more risk factors
two and with three risk factors
"""

NAMES = """
CC BY 4.0
CDISC Pilot 01
CONSORT 2010
CONSORT 2025
CONSORT Harms 2022
MMT-8
MedDRA 18.1
"""

FIXED = [phrase for group in (DOSES, WEEKS, TIMES, RULES, NAMES) for phrase in group.split("\n") if phrase]

LABELS = {"1.0 g/kg", "2.0 g/kg"}
"""The names of two groups of cycles."""
