"""A pretend bank and payment provider: it moves no money, and knows nothing of the site that asks it.

It exists so that giving can be tried whole: a hosted checkout, monthly schedules, refunds, disputes, payouts, signed
messages over HTTP, and a clock that staff can move. Amounts are whole minor units; moments are aware and in UTC; days
are those of settings.CHARITY_TIME_ZONE. `api` is what programs ask, `pages` what people see, `delivery` what the
worker calls.
"""
