-- The budget with lanes: who is more urgent overtakes, people have slots of their own, a refusal slows everybody down
-- for minutes, and the day's last requests are kept for what cannot wait. Rows of `request_buckets` are as short-lived
-- as before: what they know is learnt again from the next answers.
ALTER TABLE request_buckets
    -- Nobody sends before this moment (HubSpot said 429, or somebody else used the window up).
    ADD COLUMN paused_until timestamptz NOT NULL DEFAULT '-infinity',
    -- Why the account takes no requests until then: 'daily', 'moving', or nothing of that sort.
    ADD COLUMN closed_for text NOT NULL DEFAULT '',
    -- How much of the steady pace is used since the last refusal: falls with each, and recovers by itself.
    ADD COLUMN share float8 NOT NULL DEFAULT 1,
    ADD COLUMN refused_at timestamptz NOT NULL DEFAULT '-infinity',
    -- What HubSpot said about the account's day, less what was sent since.
    ADD COLUMN daily_limit integer,
    ADD COLUMN daily_remaining integer,
    ADD COLUMN day_ends timestamptz;

DROP FUNCTION reserve_request(uuid, text, text, integer, float8, integer);
DROP FUNCTION pause_requests(uuid, text, float8);

-- The share of the pace in use now: back by a tenth a minute.
CREATE FUNCTION request_share(share float8, refused_at timestamptz, moment timestamptz) RETURNS float8
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN refused_at = '-infinity' THEN 1.0
           ELSE least(1.0, share + 0.1 * extract(epoch FROM moment - refused_at)::float8 / 60) END
$$;

-- The account's next midnight; UTC's, in a zone this database does not know.
CREATE FUNCTION account_midnight(moment timestamptz, time_zone text) RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
    RETURN (date_trunc('day', moment AT TIME ZONE time_zone) + interval '1 day') AT TIME ZONE time_zone;
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN (date_trunc('day', moment AT TIME ZONE 'UTC') + interval '1 day') AT TIME ZONE 'UTC';
END $$;

-- Asks for the next slot. Answers, with `granted`, how long to wait before sending; without, how long before asking
-- again. With `day_over`, the day's requests are used up as far as this lane may; with `closed`, HubSpot said that the
-- account takes none (for which of the two reasons): both for `wait_seconds`. Only a person may knock meanwhile.
--
-- Generic cell rate algorithm: one request every `window_seconds / allowed`, and `tat` is when the next one is due.
-- `early`: this lane may send that many slots before its due time. `ahead`: it may book a slot at most that far from
-- now; else it asks again, and whoever may book further ahead comes first. `keep`: the share of the day's requests
-- that this lane must leave. `at`: the caller's own time, for a simulation; else the database's.
CREATE FUNCTION reserve_request(
    tenant uuid, bucket_name text, lane_name text, allowed float8, window_seconds float8, early float8, ahead float8,
    keep float8, at timestamptz,
    OUT granted boolean, OUT wait_seconds float8, OUT send_at timestamptz, OUT day_over boolean, OUT closed text
) LANGUAGE plpgsql AS $$
DECLARE
    b request_buckets%ROWTYPE;
    -- The day is the whole account's, search included: it is kept in one row.
    d request_buckets%ROWTYPE;
    moment timestamptz;
    step float8;
    lead float8;
BEGIN
    PERFORM set_config('loanark.tenant_id', tenant::text, true);
    LOOP
        SELECT * INTO b FROM request_buckets r WHERE r.tenant_id = tenant AND r.bucket = bucket_name
            FOR NO KEY UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO request_buckets (tenant_id, bucket, tat) VALUES (tenant, bucket_name, '-infinity')
            ON CONFLICT DO NOTHING;
    END LOOP;
    moment := coalesce(at, clock_timestamp());
    granted := false;
    closed := '';
    IF b.closed_for <> '' AND lane_name = 'person' THEN
        b.paused_until := '-infinity';
    ELSIF b.closed_for <> '' AND b.paused_until > moment + interval '1 minute' THEN
        closed := b.closed_for;
        wait_seconds := extract(epoch FROM b.paused_until - moment);
        RETURN;
    END IF;
    IF bucket_name = 'general' THEN
        d := b;
    ELSE
        SELECT * INTO d FROM request_buckets r WHERE r.tenant_id = tenant AND r.bucket = 'general';
    END IF;
    day_over := coalesce(d.day_ends > moment AND d.daily_remaining <= keep * d.daily_limit, false);
    IF day_over THEN
        wait_seconds := extract(epoch FROM d.day_ends - moment);
        RETURN;
    END IF;
    step := window_seconds / (allowed * request_share(b.share, b.refused_at, moment));
    send_at := greatest(moment, b.tat - make_interval(secs => early * step), b.paused_until);
    wait_seconds := extract(epoch FROM send_at - moment);
    lead := wait_seconds - ahead * step;
    granted := lead < 0.00001;  -- a wait too short for anybody's clock
    IF NOT granted THEN
        wait_seconds := lead;
        RETURN;
    END IF;
    UPDATE request_buckets r
        SET tat = greatest(b.tat, send_at) + make_interval(secs => step)
        WHERE r.tenant_id = tenant AND r.bucket = bucket_name;
    IF d.daily_remaining IS NOT NULL THEN
        UPDATE request_buckets r SET daily_remaining = r.daily_remaining - 1
            WHERE r.tenant_id = tenant AND r.bucket = 'general';
    END IF;
    INSERT INTO request_usage AS u (tenant_id, slot, lane, used)
    VALUES (tenant, date_bin('10 seconds', send_at, 'epoch'), lane_name, 1)
    ON CONFLICT (tenant_id, slot, lane) DO UPDATE SET used = u.used + 1;
END $$;

-- Nobody sends for so long. `refused`: HubSpot said 429, so that the pace was too quick: it falls by a fifth, once for
-- all the answers of one window.
CREATE FUNCTION pause_requests(
    tenant uuid, bucket_name text, pause_seconds float8, window_seconds float8, refused boolean, at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := coalesce(at, clock_timestamp());
    until timestamptz := moment + make_interval(secs => pause_seconds);
BEGIN
    PERFORM set_config('loanark.tenant_id', tenant::text, true);
    INSERT INTO request_buckets AS b (tenant_id, bucket, tat, paused_until) VALUES (tenant, bucket_name, moment, until)
    ON CONFLICT (tenant_id, bucket) DO UPDATE SET paused_until = greatest(b.paused_until, until);
    UPDATE request_buckets b
        SET share = greatest(0.2, 0.8 * request_share(b.share, b.refused_at, moment)), refused_at = moment
        WHERE refused AND b.tenant_id = tenant AND b.bucket = bucket_name
          AND b.refused_at < moment - make_interval(secs => window_seconds);
END $$;

-- What an answer's headers said about the account's day, which ends at midnight in its time zone.
CREATE FUNCTION note_daily_requests(
    tenant uuid, bucket_name text, quota integer, remaining integer, time_zone text, at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := coalesce(at, clock_timestamp());
BEGIN
    PERFORM set_config('loanark.tenant_id', tenant::text, true);
    UPDATE request_buckets b
        SET daily_limit = quota, daily_remaining = remaining, day_ends = account_midnight(moment, time_zone)
        WHERE b.tenant_id = tenant AND b.bucket = bucket_name;
END $$;

-- HubSpot said that the account takes no requests at all: for so long, or (without) until its midnight.
CREATE FUNCTION close_account(
    tenant uuid, reason text, pause_seconds float8, time_zone text, at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := coalesce(at, clock_timestamp());
    until timestamptz := coalesce(
        moment + make_interval(secs => pause_seconds), account_midnight(moment, time_zone)
    );
BEGIN
    PERFORM set_config('loanark.tenant_id', tenant::text, true);
    INSERT INTO request_buckets AS b (tenant_id, bucket, tat, paused_until, closed_for)
    SELECT tenant, name, moment, until, reason FROM unnest(ARRAY['general', 'search']) AS name
    ON CONFLICT (tenant_id, bucket) DO UPDATE SET paused_until = until, closed_for = reason;
END $$;
