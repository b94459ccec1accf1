"""How the people of a load are shared out among the processes that make it."""

from dataclasses import replace

from testbed.model.load import Order


def split(order: Order, of: int) -> list[Order]:
    """The order in as many shares: each arrival in one of them, each moment's arrivals dealt out in turn."""
    by_time = sorted(order.arrivals, key=lambda arrival: (arrival.due_s, arrival.number))
    shares = []
    for number in range(of):
        mine = tuple(by_time[number::of])
        people = {arrival.person: order.people[arrival.person] for arrival in mine}
        shares.append(replace(order, arrivals=mine, people=people))
    return shares
