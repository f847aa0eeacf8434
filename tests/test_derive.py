"""The derived variables: hand-worked examples of each rule and its boundaries; row order changes nothing."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safetybook import derive
from safetybook.rounding import exact, half_up

# One patient: placebo in cycle 1, a switch to IVIg in cycle 2, the extension from cycle 3 on.
EPISODES = pd.DataFrame(
    [
        ("A", "Placebo", 1, 1, 1, "2018-03-05T09:30", "2018-03-05T13:00"),
        ("A", "Placebo", 1, 1, 2, "2018-03-06T09:00", "2018-03-06T12:00"),
        ("A", "IVIg", 1, 2, 1, "2018-04-02T10:00", "2018-04-02T14:00"),
        ("A", "IVIg", 1, 2, 2, "2018-04-03T10:00", "2018-04-03T14:00"),
        ("A", "IVIg", 2, 3, 1, "2018-06-25T10:00", "2018-06-25T14:00"),
        ("B", "IVIg", 1, 1, 1, "2018-05-01T08:00", "2018-05-01T12:00"),
    ],
    columns=["USUBJID", "TRTA", "APERIOD", "CYCLE", "EPISODE", "ASTDTM", "AENDTM"],
).assign(
    ASTDTM=lambda frame: pd.to_datetime(frame["ASTDTM"]),
    AENDTM=lambda frame: pd.to_datetime(frame["AENDTM"]),
)


def events(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    """Events from patient, onset and resolution."""
    frame = pd.DataFrame(rows, columns=["USUBJID", "ASTDTM", "AENDTM"])
    for name in ("ASTDTM", "AENDTM"):
        frame[name] = pd.to_datetime(frame[name], format="ISO8601").astype("datetime64[us]")
    return frame


def derived(onset: str, resolution: str | None = None, patient: str = "A") -> dict[str, object]:
    """The derived variables of one event; a missing value is None."""
    row = derive.event_variables(events((patient, onset, resolution)), EPISODES).iloc[0]
    return {name: None if pd.isna(value) else value for name, value in row.items()}


@pytest.mark.parametrize(
    ("onset", "cycle", "treatment", "period"),
    [
        ("2018-03-05T09:30", 1, "Placebo", 1),  # at the first start
        ("2018-04-02T09:59", 1, "Placebo", 1),  # a minute before the switch
        ("2018-04-02T10:00", 2, "IVIg", 1),  # at the switch
        ("2018-06-25T09:59", 2, "IVIg", 1),  # week 16 has come, its infusion has not
        ("2018-06-25T10:00", 3, "IVIg", 2),
        ("2019-12-31T23:59", 3, "IVIg", 2),  # however late
    ],
)
def test_an_event_belongs_to_the_last_cycle_that_had_started(onset, cycle, treatment, period):
    event = derived(onset)
    assert (event["CYCLE"], event["TRTA"], event["APERIOD"]) == (cycle, treatment, period)


def test_an_event_belongs_to_its_own_patients_cycle():
    assert derived("2018-05-01T08:00", patient="B")["CYCLE"] == 1
    assert derived("2018-05-01T08:00", patient="A")["CYCLE"] == 2


def test_treatment_emergent_from_the_first_start_on():
    assert derived("2018-03-05T09:30")["TRTEMFL"] == "Y"
    before = derived("2018-03-05T09:29", "2018-03-05T09:40")
    nothing = {"TRTA": None, "APERIOD": None, "CYCLE": None, "AELATENC": None}
    assert before == {"TRTEMFL": "N", "INFUSFL": "N", "ADURN": 1, **nothing}
    assert derived("2018-03-05T09:30", patient="C")["TRTEMFL"] == "N"  # never infused


@pytest.mark.parametrize(
    ("onset", "flag"),
    [
        ("2018-03-05T09:30", "Y"),
        ("2018-03-05T22:00", "Y"),  # between two episodes
        ("2018-03-09T12:00", "Y"),  # exactly 72 hours after the last end
        ("2018-03-09T12:00:01", "N"),
        ("2018-04-02T09:59", "N"),
        ("2018-04-02T10:00", "Y"),  # the next cycle
    ],
)
def test_infusional_up_to_72_hours_after_the_last_episode(onset, flag):
    assert derived(onset)["INFUSFL"] == flag


@pytest.mark.parametrize(
    ("onset", "days"),
    [
        ("2018-03-05T09:30", 0),
        ("2018-03-05T20:00", 0),  # between the episodes of a cycle
        ("2018-03-06T12:00", 0),  # at the last end
        ("2018-03-06T12:01", 1.1049),  # 1 d 2 h 31 min = 1591/1440 = 1.10486...
        ("2018-03-07T09:30", 2),
        ("2018-04-02T09:59", 28.0201),  # 28 d 29 min = 40349/1440 = 28.02013...
        ("2018-03-06T18:30:43.2", 1.3755),  # 1 d 9 h 43.2 s = 1.3755 exactly
        ("2018-03-06T18:30:47.52", 1.3756),  # 1.37555 exactly: half up
        ("2018-03-06T18:30:47.519999", 1.3755),
    ],
)
def test_latency_is_zero_during_the_cycle_and_else_counts_from_its_start(onset, days):
    assert derived(onset)["AELATENC"] == days


@pytest.mark.parametrize(
    ("onset", "resolution", "days"),
    [
        ("2018-03-05T23:50", "2018-03-06T00:10", 2),  # twenty minutes over midnight
        ("2018-03-05T00:00", "2018-03-05T23:59", 1),
        ("2018-03-05T10:00", "2018-03-05T10:00", 1),
        ("2018-02-27T10:00", "2018-03-02T09:00", 4),
        ("2018-12-31T10:00", "2019-01-01T09:00", 2),
        ("2018-03-05T10:00", None, None),
    ],
)
def test_duration_counts_calendar_days(onset, resolution, days):
    assert derived(onset, resolution)["ADURN"] == days


def test_cycles_run_from_the_first_start_to_the_last_end():
    cycles = derive.infusion_cycles(EPISODES)
    assert list(cycles["CYCLE"]) == [1, 2, 3, 1]
    assert list(cycles["CYCDAYS"]) == [2, 2, 1, 1]
    first = cycles.iloc[0]
    assert first["ASTDTM"] == pd.Timestamp("2018-03-05T09:30")
    assert first["AENDTM"] == pd.Timestamp("2018-03-06T12:00")
    assert first["TRTA"] == "Placebo"


def test_no_events_and_no_infusions_are_no_trouble():
    none = derive.event_variables(events(), EPISODES)
    assert list(none.columns) == list(derive.EVENT_VARIABLES)
    assert none.empty
    untreated = derive.event_variables(events(("A", "2018-03-05T10:00", None)), EPISODES.iloc[:0])
    assert untreated["TRTEMFL"].tolist() == ["N"]


MINUTES = st.integers(min_value=-5_000, max_value=200_000)


@st.composite
def many_events(draw: st.DrawFn) -> pd.DataFrame:
    start = pd.Timestamp("2018-03-05T09:30")
    rows = draw(st.lists(st.tuples(st.sampled_from("ABC"), MINUTES, st.integers(0, 50_000)), min_size=1))
    onset = [start + pd.Timedelta(minutes=minutes) for _, minutes, _ in rows]
    end = [day + pd.Timedelta(minutes=minutes) for day, (_, _, minutes) in zip(onset, rows, strict=True)]
    frame = pd.DataFrame({"USUBJID": [patient for patient, _, _ in rows], "ASTDTM": onset, "AENDTM": end})
    return frame.astype({"ASTDTM": "datetime64[us]", "AENDTM": "datetime64[us]"})


@given(many_events(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(adae, random):
    order, episodes = list(adae.index), list(EPISODES.index)
    random.shuffle(order)
    random.shuffle(episodes)
    expected = derive.event_variables(adae, EPISODES)
    shuffled = derive.event_variables(adae.loc[order], EPISODES.loc[episodes])
    pd.testing.assert_frame_equal(shuffled.loc[expected.index], expected)


@given(many_events())
def test_each_event_alone_agrees_with_an_exact_reading_of_the_rules(adae):
    infused = list(EPISODES.itertuples())
    result = derive.event_variables(adae, EPISODES)
    for event, right in zip(adae.itertuples(), result.itertuples(), strict=True):
        own = [episode for episode in infused if episode.USUBJID == event.USUBJID]
        begun = [episode.CYCLE for episode in own if episode.ASTDTM <= event.ASTDTM]
        if not begun:
            assert right.TRTEMFL == "N"
            continue
        cycle = max(begun)
        episodes = [episode for episode in own if cycle == episode.CYCLE]
        since_end = event.ASTDTM - max(episode.AENDTM for episode in episodes)
        minutes = (event.ASTDTM - min(episode.ASTDTM for episode in episodes)) // pd.Timedelta(minutes=1)
        latency = half_up(exact(minutes) / 1440, 4) if since_end > pd.Timedelta(0) else "0"
        days = (event.AENDTM.date() - event.ASTDTM.date()).days + 1
        assert [cycle, episodes[0].TRTA, days] == [right.CYCLE, right.TRTA, right.ADURN]
        assert (right.INFUSFL == "Y") == (since_end <= pd.Timedelta(days=3))
        assert exact(right.AELATENC) == exact(latency)
