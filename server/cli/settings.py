"""``deedbox check-config`` and ``deedbox version``: no database is touched."""

from importlib.metadata import version as version_of

import click

from server.cli.invocation import Invocation, with_installation


@click.command("check-config")
@with_installation
def check_config(invocation: Invocation) -> None:
    """Say all that is wrong with the settings, or show what is in force and where it was set."""
    from config.loader import describe  # noqa: PLC0415 - pydantic is not for `--help`

    rows = [
        {"setting": name, "value": value, "set_in": source}
        for name, value, source in describe(invocation.settings())
    ]
    invocation.table("settings", rows, empty="")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def version(*, as_json: bool) -> None:
    """Print the version."""
    number = version_of("deedbox")
    Invocation(None, None, as_json).answer(f"deedbox {number}", version=number)
