"""The handset as somebody uses it: a text arrives, its state changes, an answer goes back, STOP is heeded."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Sender

ADA = "+12065550100"
SHOWN = "+1 206 555 0100"


def person(page: Page, shown: str = SHOWN) -> Locator:
    """The entry of a telephone in the list."""
    return page.locator(".person", has_text=shown)


def bubble(page: Page, body: str) -> Locator:
    """A text on the open telephone."""
    return page.locator("#thread .text", has_text=body)


def state(page: Page, body: str) -> Locator:
    """What is said of a text's state."""
    return bubble(page, body).locator(".state")


def inbox(sender: Sender) -> list[dict[str, Any]]:
    """What the line got, newest first."""
    found: list[dict[str, Any]] = sender.sandbox("GET", "texts?direction=in")["texts"]
    return found


def test_before_the_first_text_it_says_how_to_send_one(page: Page) -> None:
    expect(page.locator("#nobody")).to_be_visible()
    expect(page.locator("#nobody pre")).to_contain_text("/message/send")
    expect(page.locator(".person")).to_have_count(0)
    expect(page.locator("#live-text")).to_have_text("live")


def test_a_text_appears_by_itself_and_its_state_follows(page: Page, sender: Sender) -> None:
    sender.sandbox("POST", "carrier", is_running=False)
    assert sender.send(ADA, "Your table is ready.")["success"] is True
    person(page).click()
    expect(state(page, "Your table is ready.")).to_have_text("waits")
    sender.sandbox("POST", "carrier", is_running=True)
    expect(state(page, "Your table is ready.")).to_have_text("with the carrier")
    expect(page.locator("#thread .text")).to_have_count(1)


def test_a_failed_text_says_why(page: Page, sender: Sender) -> None:
    sender.send("+15005551106", "Hello")
    expect(person(page, "+1 500 555 1106")).to_contain_text("Failed: Hello")
    person(page, "+1 500 555 1106").click()
    expect(state(page, "Hello")).to_have_text("failed: No way leads to this number. (1106)")


def test_a_reply_reaches_the_line(page: Page, sender: Sender) -> None:
    sender.send(ADA, "Your table is ready.")
    person(page).click()
    page.get_by_label("Reply from this telephone").fill("On my way <b>now</b>")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(bubble(page, "On my way <b>now</b>")).to_be_visible()
    expect(page.get_by_label("Reply from this telephone")).to_have_value("")
    (text,) = inbox(sender)
    assert (text["number"], text["body"]) == (ADA, "On my way <b>now</b>")


def test_stop_is_confirmed_and_the_next_send_is_refused_until_start(page: Page, sender: Sender) -> None:
    sender.send(ADA, "Your table is ready.")
    person(page).click()
    page.get_by_role("button", name="Send STOP").click()
    expect(page.locator("#silent")).to_be_visible()
    expect(bubble(page, "You will get no more texts")).to_be_visible()
    refused = sender.send(ADA, "One more thing")
    assert (refused["success"], refused["response"]["code"]) == (False, -1234)
    page.get_by_role("button", name="Send UNSTOP").click()
    expect(page.locator("#silent")).to_be_hidden()
    assert sender.send(ADA, "Welcome back")["success"] is True
    expect(bubble(page, "Welcome back")).to_be_visible()
    expect(bubble(page, "One more thing")).to_have_count(0)


def test_a_picture_goes_to_the_line_and_is_shown(page: Page, sender: Sender, picture: Path) -> None:
    sender.send(ADA, "Show me")
    person(page).click()
    page.locator("#file").set_input_files(picture)
    expect(page.locator("#chosen-name")).to_have_text("table.png")
    page.get_by_role("button", name="Send", exact=True).click()
    shown = page.locator("#thread .mine img")
    expect(shown).to_have_js_property("naturalWidth", 320)
    (text,) = inbox(sender)
    assert text["is_mms"] is True
    assert [(file["kind"], file["size_bytes"]) for file in text["attachments"]] == [
        ("image/png", picture.stat().st_size)
    ]


def test_nothing_is_not_sent_and_a_file_that_is_too_large_is_not_taken(
    page: Page, sender: Sender, tmp_path: Path
) -> None:
    sender.send(ADA, "Hello")
    person(page).click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#refusal")).to_have_text("There is nothing to send yet.")
    large = tmp_path / "large.png"
    large.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(600_000))
    page.locator("#file").set_input_files(large)
    expect(page.locator("#refusal")).to_contain_text("600 kB")
    expect(page.locator("#chosen")).to_be_hidden()
    assert inbox(sender) == []


def test_somebody_who_never_got_a_text_can_write_first(page: Page, sender: Sender) -> None:
    page.get_by_label("Number of another telephone").fill("(206) 555-0123")
    page.get_by_role("button", name="Open", exact=True).click()
    page.get_by_label("Reply from this telephone").fill("Are you open?")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(bubble(page, "Are you open?")).to_be_visible()
    assert [text["number"] for text in inbox(sender)] == ["+12065550123"]


def test_each_line_has_its_own_telephones(page: Page, sender: Sender) -> None:
    sender.send(ADA, "From the front desk")
    expect(person(page)).to_be_visible()
    page.locator(".line", has_text="Toll-free").click()
    expect(page.locator(".person")).to_have_count(0)
    sender.sandbox("POST", "texts", line="+18885550100", number="+12065550111", body="Hello toll-free")
    person(page, "+1 206 555 0111").click()
    expect(bubble(page, "Hello toll-free")).to_be_visible()
    expect(bubble(page, "From the front desk")).to_have_count(0)


def test_a_hub_that_is_gone_is_said(page: Page) -> None:
    expect(page.locator("#live-text")).to_have_text("live")
    page.route("**/_sandbox/texts**", lambda route: route.fulfill(status=503, json={"error": "later"}))
    expect(page.locator("#live-text")).to_have_text("no answer from the hub")
    page.unroute("**/_sandbox/texts**")
    expect(page.locator("#live-text")).to_have_text("live")


def test_it_can_be_used_with_the_keyboard_alone(page: Page, sender: Sender) -> None:
    sender.send(ADA, "Hello")
    person(page).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Reply from this telephone")).to_be_focused()
    page.keyboard.type("Hi there")
    page.keyboard.press("Enter")
    expect(bubble(page, "Hi there")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_focused()


def test_every_field_and_button_has_a_name(page: Page, sender: Sender) -> None:
    sender.send(ADA, "Hello")
    person(page).click()
    for role in ("button", "textbox"):
        for control in page.get_by_role(role).all():
            expect(control).to_have_accessible_name(re.compile(r".+"))


def test_on_a_small_screen_list_and_telephone_take_turns(page: Page, sender: Sender) -> None:
    page.set_viewport_size({"width": 390, "height": 780})
    sender.send(ADA, "Hello")
    expect(page.locator(".phone")).to_be_hidden()
    person(page).click()
    expect(bubble(page, "Hello")).to_be_visible()
    expect(page.locator(".people")).to_be_hidden()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    page.get_by_role("button", name="Back").click()
    expect(person(page)).to_be_visible()


def test_the_picture_for_the_readme(page: Page, sender: Sender, picture: Path, tmp_path: Path) -> None:
    """A story with everything in it; HANDSET_PICTURE=docs/images/handset.png keeps what it looks like."""
    sender.send("+15005551106", "Your appointment is tomorrow at 10:00.")
    sender.send("+12065550142", "Your order 2214 is packed and leaves today.")
    sender.send(ADA, "Hello from the front desk. Your table for four is booked for 7 pm.")
    expect(page.locator(".person")).to_have_count(3)
    person(page).click()
    reply = page.get_by_label("Reply from this telephone")
    reply.fill("Great, is this the one by the window?")
    reply.press("Enter")
    expect(bubble(page, "by the window")).to_be_visible()
    page.locator("#file").set_input_files(picture)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#thread .mine img")).to_have_js_property("naturalWidth", 320)
    sender.send(ADA, "That is the one. See you at 7.")
    expect(state(page, "That is the one")).to_have_text("with the carrier")
    expect(page.locator(".person").first).to_contain_text("That is the one")
    reply.blur()
    file = Path(os.environ.get("HANDSET_PICTURE", tmp_path / "handset.png"))
    page.screenshot(path=file, animations="disabled")
    assert 10_000 < file.stat().st_size < 150_000
