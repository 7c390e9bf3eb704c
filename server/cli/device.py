"""``deedbox device``: the credentials of phones, tablets and computers."""

import click

from server.cli.invocation import Invocation, moment, with_installation


@click.group()
def device() -> None:
    """Devices: add, list, retire."""


@device.command("add")
@click.argument("user")
@click.argument("label")
@with_installation
def add(invocation: Invocation, *, user: str, label: str) -> None:
    """Enrol a device of USER, called LABEL, and print its password, once."""
    from auth import devices  # noqa: PLC0415 - loads the database
    from office import house_rules  # noqa: PLC0415
    from server.installation import now_us, secret_key  # noqa: PLC0415

    settings = invocation.settings()
    with invocation.store(settings) as store:
        key = secret_key(settings)
        with store.write() as unit:
            made = devices.enrol(
                unit,
                user_name=user,
                label=label,
                limit=house_rules.device_limit(unit, settings),
                secret_key=key,
                now_us=now_us(),
            )
    invocation.answer(
        f"User name: {made.user_name}\n"
        f"Password:  {made.password}\n"
        f"This is the password of the device “{made.label}”, for all programs on it. "
        "It is shown only now.",
        username=made.user_name,
        password=made.password,
        label=made.label,
        device=made.device_id,
    )


@device.command("list")
@click.argument("user", required=False)
@click.option("--all", "with_retired", is_flag=True, help="Also those that were retired.")
@with_installation
def list_devices(invocation: Invocation, *, user: str | None, with_retired: bool) -> None:
    """Show the devices of USER, or of everybody, and when each was last there.

    `behind` says how many changes of its user's calendars and address books an active device has
    not got yet (0: it is in step), `behind_by` which of several programs on it lag, `shared` that
    the programs seen with a credential speak for more than one machine.
    """
    from auth import devices  # noqa: PLC0415 - loads the database
    from auth.shared_credentials import sharing_of  # noqa: PLC0415
    from office import in_step, views  # noqa: PLC0415
    from server.installation import now_us  # noqa: PLC0415

    with invocation.store(is_reading=True) as store:
        with store.read() as unit:
            found = devices.listed(unit, user_name=user)
        active = [each for each in found if each.retired_us is None]
        views.bring_up_of(store, {each.user_id for each in active}, now_us=now_us())
        with store.read() as unit:
            steps = in_step.of_devices(unit, active)
    rows = [
        {
            "username": each.user_name,
            "label": each.label,
            "device": each.id,
            "state": "active" if each.retired_us is None else "retired",
            "added": moment(each.created_us),
            "last_seen": moment(each.last_seen_us),
            "last_write": moment(each.last_write_us),
            "behind": steps[each.id].behind if each.id in steps else None,
            "behind_by": [lag.family for lag in steps[each.id].laggards]
            if each.id in steps
            else [],
            "from": each.last_address,
            "programs": [name for name in each.families.split(",") if name],
            "shared": sharing_of(each.families.split(",")),
        }
        for each in found
        if with_retired or each.retired_us is None
    ]
    invocation.table("devices", rows, empty="There are no devices: `deedbox device add`.")


@device.command("retire")
@click.argument("user")
@click.argument("label")
@with_installation
def retire(invocation: Invocation, *, user: str, label: str) -> None:
    """End USER's device LABEL for good: its password is dead from the next request."""
    from auth import devices  # noqa: PLC0415 - loads the database
    from server.installation import now_us  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        ended = devices.retire(unit, user_name=user, label=label, now_us=now_us())
    invocation.answer(
        f"The device “{ended.label}” of {user} is retired; its place is free.",
        username=user,
        label=ended.label,
        device=ended.id,
        state="retired",
    )
