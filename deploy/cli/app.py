"""Assembles the command ``graft`` from its subcommands."""

import typer

from deploy.cli import (
    convert,
    doctor,
    export,
    gc,
    models,
    networks,
    pipeline,
    predict,
    report,
    run,
    sample,
    score,
    serve,
    tracking,
    train,
    ui,
    verify,
)

app = typer.Typer(
    name="graft",
    help="Graft a new classifier onto a pretrained network, with Airflow, Spark and BigDL.",
    epilog="GRAFT_HOME says where artefacts and runs are kept (default: work/ in the checkout).",
    no_args_is_help=True,
    # Plain help and usage errors: fit for a pipe, and without the start of rich.
    rich_markup_mode=None,
    # A traceback is a defect of Graft, to be reported as Python prints it.
    pretty_exceptions_enable=False,
)
app.command("run", cls=run.RunCommand)(run.run)
app.command("ui")(ui.ui)
app.command("doctor")(doctor.doctor)
app.command(
    "train",
    cls=train.TrainCommand,
    context_settings=train.PASS_FLAGS_ON,
    options_metavar="[OPTIONS] -t DUMP -v DUMP [FLAGS]",
)(train.train)
app.command("convert", cls=convert.ConvertCommand)(convert.convert)
app.command("score", cls=score.ScoreCommand)(score.score)
app.command("predict")(predict.predict)
app.command("serve")(serve.serve)
app.command("export")(export.export)
app.command("report")(report.report)
app.command("models")(models.models)
app.command("promote")(models.promote)
app.command("rollback")(models.rollback)
app.command("networks")(networks.networks)
app.command("verify")(verify.verify)
app.command("gc")(gc.gc)
app.add_typer(pipeline.app)
app.add_typer(sample.app)
app.add_typer(tracking.app)


def main() -> None:
    """Run the command line of this process."""
    app(prog_name="graft")
