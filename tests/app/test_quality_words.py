"""What is wrong with data is said in words and tables, each kind of trouble once."""

from dataclasses import replace

import numpy as np

from app.figures.text import UNSTATED
from app.quality import findings
from app.reading.findings import (
    copy_table,
    gap_table,
    outlier_table,
    sensor_table,
    shift_table,
    stuck_table,
)
from app.reading.quality import answer, lines, stretch_words
from core.data import about
from tests.app.data_made import made, spoilt


def test_every_kind_of_trouble_is_said_once() -> None:
    data = spoilt()
    said = [line.sentence for line in lines(data, findings(data), name=str, unit=str) if line.problem]
    text = "\n".join(said).replace("\u00a0", " ")
    assert "of all values are missing. The longest gap is 30 h, at S1." in text
    assert "No sensor observed anything in 1 stretch, the longest of 2 h from 6 March 2024, 12:00." in text
    assert "is exactly 0. If 0 stands for 'not measured' there" in text
    assert "On 19 March 2024, 00:00 (row 360) the level of 80.0 % of the sensors falls, at the middle one" in text
    assert "1 sensor said (almost) only one value (S3)." in text
    assert "In 1 stretch at 1 sensor one exact value repeats for longer" in text
    assert "the longest is 30 h of 33.0 km/h, at S2." in text
    assert "1 day at S2 is an earlier day of the same sensor once more, value for value. No detector measures" in text
    assert "a day twice: it was filled in, and says nothing of what happened then." in text
    assert "2 sensors have the series of another one, in 1 group: S0 and S4 are the same." in text
    assert "mostly says lies 1 value at 1 sensor (S1), from 10,000 to 10,000 km/h." in text


def test_a_unit_that_is_not_stated_has_the_same_words_in_both_layers() -> None:
    assert UNSTATED == about.UNSTATED


def test_where_no_unit_is_stated_the_values_stand_alone() -> None:
    data = replace(spoilt(), unit=UNSTATED)
    said = [line.sentence for line in lines(data, findings(data), name=str, unit=str)]
    text = "\n".join(said).replace("\u00a0", " ")
    assert UNSTATED not in text
    assert "the longest is 30 h of 33.0, at S2." in text
    assert "from 10,000 to 10,000." in text


def test_of_several_sensors_with_copied_days_the_one_with_most_is_named() -> None:
    values = made().values.copy()
    values[480:504, 2] = values[408:432, 2]
    values[480:528, 3] = values[408:456, 3]
    (line,) = [one for one in lines(made(values=values), findings(made(values=values)), name=str) if one.problem]
    text = line.sentence.replace("\u00a0", " ")
    assert text.startswith("3 days at 2 sensors are an earlier day of the same sensor once more, value for value; ")
    assert "; most, 2 of 28 days, at S3. No detector measures a day twice: they were filled in, and say nothing" in text


def test_sound_data_are_said_to_be_so() -> None:
    data = made()
    found = lines(data, findings(data))
    assert not any(line.problem for line in found)
    assert answer(data, findings(data)).endswith(
        "no value is missing, and nothing else is wrong that can be found in the values alone."
    )


def test_the_answer_names_the_worst_and_where_to_look_further() -> None:
    data = spoilt()
    text = answer(data, findings(data)).replace("\u00a0", " ").replace("\\", "")
    assert text.startswith("**mine** has 5 sensors and 672 steps, one every 1 h; **1.2 %** of the values are missing. ")
    assert "missing. On 19 March 2024" in text
    assert text.endswith("See also: gaps of all, dead sensors, copied days, stuck sensors, duplicates and outliers.")


def test_a_week_is_too_short_to_tell_a_shift_and_the_page_says_so() -> None:
    data = made(days=7)
    (line,) = [line for line in lines(data, findings(data)) if line.name == "shifts"]
    assert "cannot be told: these are 7" in line.sentence
    assert not line.problem


def test_tables_name_sensor_time_and_row() -> None:
    data = spoilt()
    found = findings(data)
    gaps = gap_table(data, found)
    assert gaps.iloc[0].tolist() == ["all sensors", "2024-03-06 12:00", 60, 2, 2.0]
    assert gaps.iloc[1].tolist() == ["S1", "2024-03-08 04:00", 100, 30, 30.0]
    stuck = stuck_table(data, found)
    assert stuck.iloc[0, :6].tolist() == ["S2", "2024-03-16 12:00", 300, 30, 30.0, 33.0]
    assert copy_table(data, found).iloc[0].tolist() == [
        "S2", "2024-03-24 00:00", 480, 24, 24.0, "2024-03-21 00:00"
    ]  # fmt: skip
    assert shift_table(data, found)["row"].tolist() == [360]
    assert outlier_table(data, found).iloc[0, :4].tolist() == ["S1", "2024-03-20 16:00", 400, 9999.0]
    sensors = sensor_table(data, found).set_index("sensor")
    assert sensors.loc["S3", "dead"] == "one value"
    assert sensors["same series as"].tolist().count("group 1") == 2
    assert sensors.loc["S2", "rows stuck"] == 30
    assert sensors["days copied"].to_dict() == {"S0": 0, "S1": 0, "S2": 1, "S3": 0, "S4": 0}
    assert sensors["missing [%]"].is_monotonic_decreasing


def test_a_stretch_is_said_in_hours_and_minutes() -> None:
    said = [stretch_words(*of).replace("\u00a0", " ") for of in ((3, 20), (5, 15), (1, 5))]
    assert said == ["1 h", "1 h 15 min", "5 min"]


def test_data_in_which_everything_is_missing_are_described_in_words() -> None:
    data = made(values=np.full((24 * 28, 3), np.nan))
    found = findings(data)
    text = " ".join(line.sentence for line in lines(data, found)).replace("\u00a0", " ")
    assert "100 % of all values are missing" in text
    assert "3 sensors observed nothing at all" in text
    assert found.missing.by_sensor.tolist() == [1, 1, 1]
    assert len(gap_table(data, found)) == 4
