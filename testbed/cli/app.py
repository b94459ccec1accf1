"""Every command under its name."""

import typer

from testbed.cli import (
    agreement,
    certify,
    corpus,
    doctor,
    federation,
    idp,
    judge,
    lab,
    listing,
    metadata,
    people,
    report,
    run,
)

app = typer.Typer(
    name="testbed",
    help="Play school logins, intercept them, and hold the data that moved against the agreement.\n\n"
    "Start with 'testbed run'. Commands that judge end with 0 as expected, 1 not as expected, 2 inconclusive or error.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run", epilog=run.EXAMPLES)(run.run)
app.command("certify", epilog=certify.EXAMPLES)(certify.certify)
app.command("judge", epilog=judge.EXAMPLES)(judge.judge)
app.command("report", epilog=report.EXAMPLES)(report.report)
app.command("list", epilog=listing.EXAMPLES)(listing.list_)
app.command("doctor")(doctor.doctor)
app.add_typer(agreement.app, name="agreement", help="Look at data processing agreements.")
app.add_typer(metadata.app, name="metadata", help="Look at what a school or a vendor says of itself.")
app.add_typer(people.app, name="people", help="Make invented people.")
app.add_typer(corpus.app, name="corpus", help="Make captures with known leaks, to measure detectors by.")
app.add_typer(idp.app, name="idp", help="Put the mock school in front of a product of your own.")
app.add_typer(lab.app, name="lab", help="Hold a lab open to look at with a browser of your own.")
app.add_typer(federation.app, name="federation", help="Look at what the lab's federation publishes.")
