"""The terminal client's settings: /set and client.ini."""


def test_f3_hides_the_people_only_for_this_run_but_a_setting_is_kept(server, start_client, tmp_path):
    ini = tmp_path / "real.ini"
    ini.write_text("[client]\nbell = yes\n")
    (tmp_path / "teahouse").mkdir()
    (tmp_path / "teahouse/client.ini").symlink_to(ini)
    ann = start_client("ann", columns=100, env={"XDG_CONFIG_HOME": str(tmp_path)})
    ann.shows("│ ann$")
    ann.keys("\x1bOR")
    ann.until(lambda: not any(row.endswith("│ ann") for row in ann.rows()), "no people")
    ann.enter("/set bell no")
    ann.shows("bell = no")
    assert "people = yes" in ini.read_text() and "bell = no" in ini.read_text()
    assert (tmp_path / "teahouse/client.ini").is_symlink()
    assert not any(row.endswith("│ ann") for row in ann.rows()), "still turned off"


def test_settings_are_saved(server, terminal, tmp_path):
    place = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    address = server.address("json")
    ann = terminal("ann", *address, columns=100, rows=16, env=place)
    ann.shows("│ ann$")
    ann.enter("/set")
    for name in ("rooms", "people", "bell", "colour"):
        ann.shows(f"{name} = yes: ")
    ann.shows("mouse = no: ")
    ann.keys("/set pe\t")
    ann.typed("ann> /set people")
    ann.enter("n\t")
    ann.until(lambda: not any("│ ann" in row for row in ann.rows()), "no people")
    ann.enter("/set people maybe")
    ann.shows(r"Usage: /set people yes\|no")
    ann.enter("/set tea yes")
    ann.shows('Unknown setting "tea"')
    ann.enter("/q")
    assert ann.wait() == 0
    kept = tmp_path / "config/teahouse/client.ini"
    assert "people = no" in kept.read_text() and list(kept.parent.iterdir()) == [kept]
    again = terminal("ann", *address, columns=100, env=place)
    again.shows("^1 main +│")
    again.status("1 person")
    assert not any("│ ann" in row for row in again.rows())


def test_mistakes_in_the_settings_are_reported_and_harmless(server, terminal, tmp_path):
    (tmp_path / "teahouse").mkdir()
    (tmp_path / "teahouse/client.ini").write_text("[client]\npeople = perhaps\ntea = yes\nbell = no\n")
    ann = terminal("ann", *server.address("json"), rows=16, env={"XDG_CONFIG_HOME": str(tmp_path)})
    ann.shows('client.ini: people: "perhaps" is not yes or no', r'client.ini: unknown setting "tea" in \[client\]')
    ann.status("connected")
    server.json("bob").send("chat", message="ann: psst")
    ann.shows("bob: ann: psst")
    assert ann.screen.bells == 0


def test_settings_that_cannot_be_saved(server, terminal, tmp_path):
    (tmp_path / "file").write_text("")
    ann = terminal("ann", *server.address("json"), env={"XDG_CONFIG_HOME": str(tmp_path / "file")})
    ann.status("connected")
    ann.enter("/set bell no")
    ann.shows("Cannot save the settings: Not a directory")


def test_the_mouse_is_reported_only_if_the_user_wants_it(start_client, tmp_path):
    on, off = b"\x1b[?1000h\x1b[?1006h", b"\x1b[?1000l\x1b[?1006l"
    ann = start_client("ann", term="xterm-256color", env={"XDG_CONFIG_HOME": str(tmp_path)})
    assert on not in ann.raw
    ann.enter("/set mouse yes")
    ann.until(lambda: on in ann.raw, "the mouse is reported")
    ann.enter("/q")
    assert ann.wait() == 0 and off in ann.raw.partition(on)[2]
    ann = start_client("ann", term="xterm-256color", env={"XDG_CONFIG_HOME": str(tmp_path)})
    ann.until(lambda: on in ann.raw, "it is reported from the beginning")
