"""What did one event change? The same members with and without it, and how many members such a claim needs."""

import borderflow as bf

scenario = bf.load("russia-2022").until("2022-10-01")
comparison = bf.compare(scenario, scenario.without("lars-draft-office"), members=4)

for quantity in ("left_home", "arrivals_daily", "turned_back"):
    effect = comparison.effect(quantity, country="RU" if quantity == "left_home" else "")
    print(
        f"{effect.label:<28} {effect.reference:>10,.0f} {effect.difference:>+9,.0f}"
        f"   90 % of the mean {effect.low:+,.0f} to {effect.high:+,.0f}; needs {effect.members_needed:.0f} members"
    )
