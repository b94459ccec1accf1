"""What broke in a play, and what the person was shown: line by line, as it happened."""

from dataclasses import dataclass

from testbed.model.breaking import AnyBreaking, LockDatabase, Mend, Slow
from testbed.model.verdict import Broken, Play, Seen
from testbed.model.written import Bilingual

WHO = {
    "school": Bilingual(sv="Skolan", en="The school"),
    "vendor": Bilingual(sv="Leverantören", en="The vendor"),
    "proxy": Bilingual(sv="Proxyn", en="The proxy"),
}
WHAT = {
    "pause": Bilingual(sv="hängde sig", en="hung"),
    "kill": Bilingual(sv="dog", en="died"),
    "restart": Bilingual(sv="startades om", en="was restarted"),
    "cut": Bilingual(sv="tappade nätet", en="was cut off from the network"),
    "fill-disk": Bilingual(sv="fick full disk", en="had a full disk"),
    "expire-certificate": Bilingual(sv="hade ett certifikat som gått ut", en="had an expired certificate"),
}
MENDED = Bilingual(sv="Allt var som förut igen", en="All was as before again")


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One line."""

    after_s: float
    """Seconds after the first thing that broke; before it, below 0."""
    happened: Bilingual | None
    """What the lab did; None where the person was shown something."""
    seen: Seen | None


def story(play: Play) -> tuple[StoryLine, ...]:
    """Every line, in order; none where nothing broke and nothing was witnessed."""
    lines = [
        *((one.began, _words(one.order), None) for one in play.broken),
        *((one.at, None, one) for one in play.seen),
    ]
    lines.sort(key=lambda line: line[0])
    if not lines:
        return ()
    first = min((one.began for one in play.broken), default=lines[0][0])
    return tuple(StoryLine((at - first).total_seconds(), happened, seen) for at, happened, seen in lines)


def broken_document(broken: Broken) -> dict[str, object]:
    """As run.json has it."""
    order = broken.order.model_dump(mode="json")
    return {"began": broken.began.isoformat(), "done": broken.done.isoformat(), "order": order}


def seen_document(seen: Seen) -> dict[str, object]:
    """As run.json has it."""
    return {
        "at": seen.at.isoformat(),
        "url": seen.url,
        "status": seen.status,
        "title": seen.title,
        "text": seen.text,
    }


def _words(order: AnyBreaking) -> Bilingual:
    match order:
        case Mend():
            return MENDED
        case LockDatabase(seconds=seconds):
            return Bilingual(
                sv=f"Skolans databas låstes i {seconds:g} s", en=f"The school's database was locked for {seconds:g} s"
            )
        case Slow():
            return _line(order)
        case _:
            who, what = WHO[order.participant], WHAT[order.order]
            return Bilingual(sv=f"{who.sv} {what.sv}", en=f"{who.en} {what.en}")


def _line(order: Slow) -> Bilingual:
    rate = f", {order.kbit_s} kbit/s" if order.kbit_s else ""
    lost_sv = f", {order.refused:.0%} av förbindelserna nekade" if order.refused else ""
    lost_en = f", {order.refused:.0%} of the connections refused" if order.refused else ""
    lost_sv += f", {order.reset:.0%} av förbindelserna brutna" if order.reset else ""
    lost_en += f", {order.reset:.0%} of the connections reset" if order.reset else ""
    who = WHO[order.participant]
    return Bilingual(
        sv=f"{who.sv} fick en dålig förbindelse: {order.delay_ms} ms åt vardera hållet{rate}{lost_sv}",
        en=f"{who.en} had a bad line: {order.delay_ms} ms each way{rate}{lost_en}",
    )
