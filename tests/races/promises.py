"""What must hold of the stored rows after any race, as SQL that both databases read."""

from tests.records import Records

_HELD = "('requested', 'confirmed')"
_ENDED = "('declined', 'withdrawn', 'cancelled', 'expired', 'completed', 'missed')"
_TELLING = (
    "('requested', 'released', 'confirmed', 'moved', 'move_declined', 'move_expired', 'move_taken_back', 'rescheduled',"
    " 'declined', 'withdrawn', 'cancelled', 'expired', 'offered', 'offer_accepted')"
)
# Who withdraws before anything was sent, or confirmed, reads it on their page alone.
_UNKNOWN = """(e.kind = 'withdrawn' AND NOT EXISTS (SELECT 1 FROM consults_event AS b
    LEFT JOIN consults_outboxmessage AS m ON m.event_id = b.id AND m.recipient = 'patient' AND m.done_at IS NOT NULL
    WHERE b.request_id = e.request_id AND b.number < e.number
    AND (m.id IS NOT NULL OR b.kind IN ('confirmed', 'rescheduled', 'offer_accepted'))))"""

# Each counts how often it is broken among the requests after the id {since}.
_BROKEN = {
    "more held than the capacity": """
        SELECT count(*) FROM (SELECT cell FROM consults_seat WHERE request_id > {since} GROUP BY cell
            HAVING count(*) > (SELECT capacity FROM consults_consultpolicy)) AS crowded""",
    "a held request without all its seats, or one that ended with some": f"""
        SELECT count(*) FROM consults_consultrequest AS r
        WHERE id > {{since}} AND starts_at IS NOT NULL AND (SELECT count(*) FROM consults_seat AS s WHERE s.request_id = r.id)
            <> CASE WHEN status NOT IN {_HELD} THEN 0 WHEN status = 'requested' AND confirmed_starts_at IS NOT NULL
                THEN (length_minutes + confirmed_length_minutes) / 5 ELSE length_minutes / 5 END
            + (SELECT coalesce(sum(o.length_minutes), 0) / 5 FROM consults_earlieroffer AS o
                WHERE o.request_id = r.id AND answer = '')""",
    "two open offers, one of a request that ended or is moving, or an answer that no event tells of": f"""
        SELECT count(*) FROM consults_consultrequest AS r
        WHERE id > {{since}} AND ((SELECT count(*) FROM consults_earlieroffer AS o WHERE o.request_id = r.id AND answer = '')
            > CASE WHEN status NOT IN {_HELD} OR confirmed_starts_at <> starts_at THEN 0 ELSE 1 END
            OR (SELECT count(*) FROM consults_earlieroffer AS o WHERE o.request_id = r.id AND answer NOT IN ('', 'overtaken'))
            <> (SELECT count(*) FROM consults_event AS e WHERE e.request_id = r.id AND kind LIKE 'offer_%' AND kind <> 'offered')
            OR (SELECT count(*) FROM consults_earlieroffer AS o WHERE o.request_id = r.id)
            <> (SELECT count(*) FROM consults_event AS e WHERE e.request_id = r.id AND kind = 'offered'))""",
    "a confirmed visit that is not the one it is about, or one that is over and still confirmed": """
        SELECT count(*) FROM consults_consultrequest
        WHERE id > {since} AND (status = 'confirmed' AND confirmed_starts_at <> starts_at
            OR status IN ('declined', 'withdrawn', 'cancelled', 'expired') AND confirmed_starts_at IS NOT NULL)""",
    "a form that made two requests": """
        SELECT count(*) FROM (SELECT submission_key FROM consults_consultrequest WHERE id > {since}
            GROUP BY submission_key HAVING count(*) > 1) AS twice""",
    "events that are not numbered from 1 without gaps, or do not add up to the status": """
        SELECT count(*) FROM consults_consultrequest AS r
        WHERE id > {since} AND (version <> (SELECT count(*) FROM consults_event AS e WHERE e.request_id = r.id)
            OR version <> (SELECT max(number) FROM consults_event AS e WHERE e.request_id = r.id)
            OR status <> (SELECT e.status FROM consults_event AS e WHERE e.request_id = r.id
                ORDER BY number DESC, id DESC LIMIT 1))""",
    "an outcome after the outcome": f"""
        SELECT count(*) FROM consults_event AS one JOIN consults_event AS next
            ON next.request_id = one.request_id AND next.id > one.id
        WHERE one.request_id > {{since}} AND one.status IN {_ENDED} AND next.status <> one.status""",
    "a decision the patient was not told of exactly once": f"""
        SELECT count(*) FROM consults_event AS e WHERE request_id > {{since}} AND kind IN {_TELLING} AND (SELECT count(*)
            FROM consults_outboxmessage AS m WHERE m.event_id = e.id AND m.kind = e.kind AND m.recipient = 'patient')
            <> CASE WHEN {_UNKNOWN} THEN 0 ELSE 1 END""",
}


def broken(records: Records, *, since: int) -> list[str]:
    """Every promise that the rows of requests after the id `since` break, with how many times."""
    counts = {what: records.value(statement.format(since=since)) for what, statement in _BROKEN.items()}
    return [f"{what} ({times} times)" for what, times in counts.items() if times]
