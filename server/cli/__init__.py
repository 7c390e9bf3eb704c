"""The command line: one file per noun, loaded only when it is asked for.

``deedbox --help`` lists the commands. Exit codes: 0 done, 1 refused (one sentence on stderr
says why), 2 wrong usage, 70 a fault in deedbox itself.
"""

import sys
from importlib import import_module

import click

from server.cli.failures import USAGE, explain, report

_COMMANDS = {
    "activity": ("server.cli.activity", "activity"),
    "appointment": ("server.cli.appointment", "appointment"),
    "audit": ("server.cli.audit", "audit"),
    "check-config": ("server.cli.settings", "check_config"),
    "contact": ("server.cli.contact", "contact"),
    "contract": ("server.cli.contract", "contract"),
    "device": ("server.cli.device", "device"),
    "estate": ("server.cli.estate", "estate"),
    "grant": ("server.cli.grant", "grant"),
    "group": ("server.cli.group", "group"),
    "journal": ("server.cli.journal", "journal"),
    "lock": ("server.cli.lock", "lock"),
    "migrate": ("server.cli.database", "migrate"),
    "open": ("server.cli.serve", "open_office"),
    "restored": ("server.cli.database", "restored"),
    "right": ("server.cli.right", "right"),
    "serve": ("server.cli.serve", "serve"),
    "setup-link": ("server.cli.serve", "setup_link"),
    "sync-profile": ("server.cli.sync_profile", "sync_profile"),
    "trash": ("server.cli.trash", "trash"),
    "user": ("server.cli.user", "user"),
    "verify": ("server.cli.database", "verify"),
    "version": ("server.cli.settings", "version"),
    "versions": ("server.cli.versions", "versions"),
}


class _Commands(click.Group):
    """Imports a command's file when the command is used or listed, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, attribute = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="deedbox", prog_name="deedbox", message="%(prog)s %(version)s")
def deedbox() -> None:
    """An office's property folders over WebDAV: its people, their devices, and who opened what."""


def main() -> None:
    """The console script ``deedbox``."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; whatever goes wrong is told in a sentence."""
    as_json = "--json" in arguments
    if fault := _unreadable(arguments):
        report(fault, as_json=as_json)
        return USAGE
    try:
        outcome = deedbox.main(args=arguments, prog_name="deedbox", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return USAGE
    except click.UsageError as error:
        hint = f"{error.ctx.command_path} --help" if error.ctx else "deedbox --help"
        report(f"{error.format_message()} See `{hint}`.", as_json=as_json)
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        return 130  # 128 + SIGINT, as shells have it
    except Exception as error:  # noqa: BLE001 - the last place where a person could be spared a traceback
        return explain(error, as_json=as_json)
    return outcome if isinstance(outcome, int) else 0


def _unreadable(arguments: list[str]) -> str | None:
    """Say which argument is not text: nothing that is stored or printed could hold it."""
    for each in arguments:
        try:
            each.encode()
        except UnicodeEncodeError:
            return f"The argument {each!a} is not text in UTF-8. See `deedbox --help`."
    return None
