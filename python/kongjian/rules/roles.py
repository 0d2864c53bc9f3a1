"""What the code needs to know of a scheme's columns: rules/tables.yaml says which column plays which role.

A scheme names its columns as it likes, and may lack whatever is not required here: what hangs on it then does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a column of an input table is to the code."""

    SCHOOL = "school"  # names the school that a row belongs to
    PERSON = "person"  # names the teacher
    ACCOUNT = "account"  # tells people apart; ties months and events to teachers
    STAGE = "stage"  # groups the statistics by 学段
    INTERNET = "internet"  # goes into the application form's basics of equipment
    MULTIMEDIA = "multimedia"  # likewise
    ADMINISTRATOR = "administrator"  # names who gets an administrator's award
    HEAD = "head"  # names who gets a head's award
    STAFF = "staff"  # teachers of the school: statistics, application form
    STAFF_OPENED = "staff_opened"  # those of them with a space: statistics
    PUPILS = "pupils"  # pupils of the school: statistics, application form
    PUPILS_OPENED = "pupils_opened"  # those of them with a space: statistics
    TEACHING = "teaching"  # who counts in means over `teaching`
    HOMEROOM = "homeroom"  # who counts in means over `homeroom`; who owes indicators that are `homeroom_only`
    CLASS_SHARE = "class_share"  # the share of the own class evaluated: doubted of who has no class
    PLATFORM_SCORE = "platform_score"  # the platform's total, which counts or is compared as the reading says
    GRADE = "grade"  # tells classes apart
    CLASS_NAME = "class_name"  # likewise
    STUDENTS = "students"  # weighs classes; turns their counts into rates
    KIND = "kind"  # whether a month's score is a school's or a teacher's
    MONTH = "month"  # the month of a score
    MONTH_SCORE = "month_score"  # the score of a month
    DATE = "date"  # the day of an event
    EVENT_ROLE = "event_role"  # who acted: administrator, teacher or pupil
    BEHAVIOUR = "behaviour"  # what was done


@dataclass(frozen=True)
class RoleColumn:
    """Of which kind a role's column must be, in which tables it must stand and in which others it may."""

    kind: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


ROLE_COLUMNS: dict[Role, RoleColumn] = {
    Role.SCHOOL: RoleColumn("text", ("schools", "teachers", "classes", "monthly", "events")),
    Role.PERSON: RoleColumn("text", ("teachers",)),
    Role.ACCOUNT: RoleColumn("account", ("teachers", "monthly", "events")),
    Role.STAGE: RoleColumn("text", (), ("schools",)),
    Role.INTERNET: RoleColumn("yes_no", (), ("schools",)),
    Role.MULTIMEDIA: RoleColumn("yes_no", (), ("schools",)),
    Role.ADMINISTRATOR: RoleColumn("text", (), ("schools",)),
    Role.HEAD: RoleColumn("text", (), ("schools",)),
    Role.STAFF: RoleColumn("count", (), ("schools",)),
    Role.STAFF_OPENED: RoleColumn("count", (), ("schools",)),
    Role.PUPILS: RoleColumn("count", (), ("schools",)),
    Role.PUPILS_OPENED: RoleColumn("count", (), ("schools",)),
    Role.TEACHING: RoleColumn("yes_no", (), ("teachers",)),
    Role.HOMEROOM: RoleColumn("yes_no", (), ("teachers",)),
    Role.CLASS_SHARE: RoleColumn("share", (), ("teachers",)),
    Role.PLATFORM_SCORE: RoleColumn("score", (), ("schools", "teachers")),
    Role.GRADE: RoleColumn("text", (), ("classes", "events")),
    Role.CLASS_NAME: RoleColumn("text", (), ("classes", "events")),
    Role.STUDENTS: RoleColumn("count", (), ("classes",)),
    Role.KIND: RoleColumn("choice", ("monthly",)),
    Role.MONTH: RoleColumn("month", ("monthly",)),
    Role.MONTH_SCORE: RoleColumn("score", ("monthly",)),
    Role.DATE: RoleColumn("date", ("events",)),
    Role.EVENT_ROLE: RoleColumn("text", ("events",)),
    Role.BEHAVIOUR: RoleColumn("text", ("events",)),
}


RECIPIENTS = {Role.ADMINISTRATOR: "管理员", Role.HEAD: "校长"}
"""The roles whose person can receive an award in the place of the unit, and what they are called on 规则."""
